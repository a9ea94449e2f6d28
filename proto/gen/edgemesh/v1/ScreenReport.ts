// Original file: mesh.proto

import type { ScreenStream as _edgemesh_v1_ScreenStream, ScreenStream__Output as _edgemesh_v1_ScreenStream__Output } from '../../edgemesh/v1/ScreenStream.ts';

export interface ScreenReport {
  'streams'?: (_edgemesh_v1_ScreenStream)[];
  'unavailable'?: (string);
}

export interface ScreenReport__Output {
  'streams': (_edgemesh_v1_ScreenStream__Output)[];
  'unavailable': (string);
}
