// Original file: mesh.proto

import type { ScreenConfig as _edgemesh_v1_ScreenConfig, ScreenConfig__Output as _edgemesh_v1_ScreenConfig__Output } from '../../edgemesh/v1/ScreenConfig.ts';

export interface ScreenStart {
  'config'?: (_edgemesh_v1_ScreenConfig | null);
  'video'?: (string);
  'client_name'?: (string);
  'peer'?: (string);
}

export interface ScreenStart__Output {
  'config': (_edgemesh_v1_ScreenConfig__Output | null);
  'video': (string);
  'client_name': (string);
  'peer': (string);
}
