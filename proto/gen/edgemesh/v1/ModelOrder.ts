// Original file: mesh.proto

import type { GenerateRequest as _edgemesh_v1_GenerateRequest, GenerateRequest__Output as _edgemesh_v1_GenerateRequest__Output } from '../../edgemesh/v1/GenerateRequest.ts';
import type { EmbedRequest as _edgemesh_v1_EmbedRequest, EmbedRequest__Output as _edgemesh_v1_EmbedRequest__Output } from '../../edgemesh/v1/EmbedRequest.ts';
import type { CalibrateRequest as _edgemesh_v1_CalibrateRequest, CalibrateRequest__Output as _edgemesh_v1_CalibrateRequest__Output } from '../../edgemesh/v1/CalibrateRequest.ts';
import type { Long } from '@grpc/proto-loader';

export interface ModelOrder {
  'order_id'?: (string);
  'generate'?: (_edgemesh_v1_GenerateRequest | null);
  'embed'?: (_edgemesh_v1_EmbedRequest | null);
  'calibrate'?: (_edgemesh_v1_CalibrateRequest | null);
  'timeout_ms'?: (number | string | Long);
  'trace_parent'?: (string);
}

export interface ModelOrder__Output {
  'order_id': (string);
  'generate': (_edgemesh_v1_GenerateRequest__Output | null);
  'embed': (_edgemesh_v1_EmbedRequest__Output | null);
  'calibrate': (_edgemesh_v1_CalibrateRequest__Output | null);
  'timeout_ms': (number);
  'trace_parent': (string);
}
