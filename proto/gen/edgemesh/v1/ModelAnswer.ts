// Original file: mesh.proto

import type { GenerationEnd as _edgemesh_v1_GenerationEnd, GenerationEnd__Output as _edgemesh_v1_GenerationEnd__Output } from '../../edgemesh/v1/GenerationEnd.ts';
import type { EmbedResponse as _edgemesh_v1_EmbedResponse, EmbedResponse__Output as _edgemesh_v1_EmbedResponse__Output } from '../../edgemesh/v1/EmbedResponse.ts';
import type { CalibrateResponse as _edgemesh_v1_CalibrateResponse, CalibrateResponse__Output as _edgemesh_v1_CalibrateResponse__Output } from '../../edgemesh/v1/CalibrateResponse.ts';

export interface ModelAnswer {
  'order_id'?: (string);
  'text'?: (string);
  'end'?: (_edgemesh_v1_GenerationEnd | null);
  'embedded'?: (_edgemesh_v1_EmbedResponse | null);
  'calibrated'?: (_edgemesh_v1_CalibrateResponse | null);
  'error_code'?: (string);
  'error_message'?: (string);
  'retry_after_ms'?: (number);
}

export interface ModelAnswer__Output {
  'order_id': (string);
  'text': (string);
  'end': (_edgemesh_v1_GenerationEnd__Output | null);
  'embedded': (_edgemesh_v1_EmbedResponse__Output | null);
  'calibrated': (_edgemesh_v1_CalibrateResponse__Output | null);
  'error_code': (string);
  'error_message': (string);
  'retry_after_ms': (number);
}
