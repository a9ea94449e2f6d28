// Original file: mesh.proto

import type { ModelRates as _edgemesh_v1_ModelRates, ModelRates__Output as _edgemesh_v1_ModelRates__Output } from '../../edgemesh/v1/ModelRates.ts';
import type { Long } from '@grpc/proto-loader';

export interface Model {
  'name'?: (string);
  'endpoint'?: (string);
  'loaded'?: (boolean);
  'size_bytes'?: (number | string | Long);
  'memory_mb'?: (number | string);
  'parameter_size'?: (string);
  'quantization'?: (string);
  'modified_at'?: (number | string | Long);
  'generates'?: (boolean);
  'embeds'?: (boolean);
  'rates'?: (_edgemesh_v1_ModelRates | null);
}

export interface Model__Output {
  'name': (string);
  'endpoint': (string);
  'loaded': (boolean);
  'size_bytes': (number);
  'memory_mb': (number);
  'parameter_size': (string);
  'quantization': (string);
  'modified_at': (number);
  'generates': (boolean);
  'embeds': (boolean);
  'rates': (_edgemesh_v1_ModelRates__Output | null);
}
