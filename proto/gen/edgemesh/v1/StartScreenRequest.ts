// Original file: mesh.proto

import type { ScreenConfig as _edgemesh_v1_ScreenConfig, ScreenConfig__Output as _edgemesh_v1_ScreenConfig__Output } from '../../edgemesh/v1/ScreenConfig.ts';

export interface StartScreenRequest {
  'device_id'?: (string);
  'config'?: (_edgemesh_v1_ScreenConfig | null);
  'video'?: (string);
}

export interface StartScreenRequest__Output {
  'device_id': (string);
  'config': (_edgemesh_v1_ScreenConfig__Output | null);
  'video': (string);
}
