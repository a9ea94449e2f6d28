// Original file: mesh.proto

import type { Monitor as _edgemesh_v1_Monitor, Monitor__Output as _edgemesh_v1_Monitor__Output } from '../../edgemesh/v1/Monitor.ts';

export interface ListMonitorsResponse {
  'monitors'?: (_edgemesh_v1_Monitor)[];
}

export interface ListMonitorsResponse__Output {
  'monitors': (_edgemesh_v1_Monitor__Output)[];
}
