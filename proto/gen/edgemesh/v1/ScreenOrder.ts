// Original file: mesh.proto

import type { ScreenStart as _edgemesh_v1_ScreenStart, ScreenStart__Output as _edgemesh_v1_ScreenStart__Output } from '../../edgemesh/v1/ScreenStart.ts';
import type { ScreenAnswer as _edgemesh_v1_ScreenAnswer, ScreenAnswer__Output as _edgemesh_v1_ScreenAnswer__Output } from '../../edgemesh/v1/ScreenAnswer.ts';
import type { ScreenStop as _edgemesh_v1_ScreenStop, ScreenStop__Output as _edgemesh_v1_ScreenStop__Output } from '../../edgemesh/v1/ScreenStop.ts';

export interface ScreenOrder {
  'order_id'?: (string);
  'start'?: (_edgemesh_v1_ScreenStart | null);
  'answer'?: (_edgemesh_v1_ScreenAnswer | null);
  'stop'?: (_edgemesh_v1_ScreenStop | null);
  'monitors'?: (boolean);
  'trace_parent'?: (string);
}

export interface ScreenOrder__Output {
  'order_id': (string);
  'start': (_edgemesh_v1_ScreenStart__Output | null);
  'answer': (_edgemesh_v1_ScreenAnswer__Output | null);
  'stop': (_edgemesh_v1_ScreenStop__Output | null);
  'monitors': (boolean);
  'trace_parent': (string);
}
