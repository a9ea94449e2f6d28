// Original file: mesh.proto

import type { ModelRates as _edgemesh_v1_ModelRates, ModelRates__Output as _edgemesh_v1_ModelRates__Output } from '../../edgemesh/v1/ModelRates.ts';
import type { GenerationStats as _edgemesh_v1_GenerationStats, GenerationStats__Output as _edgemesh_v1_GenerationStats__Output } from '../../edgemesh/v1/GenerationStats.ts';

export interface CalibrateResponse {
  'device_id'?: (string);
  'device_name'?: (string);
  'model'?: (string);
  'rates'?: (_edgemesh_v1_ModelRates | null);
  'runs'?: (_edgemesh_v1_GenerationStats)[];
}

export interface CalibrateResponse__Output {
  'device_id': (string);
  'device_name': (string);
  'model': (string);
  'rates': (_edgemesh_v1_ModelRates__Output | null);
  'runs': (_edgemesh_v1_GenerationStats__Output)[];
}
