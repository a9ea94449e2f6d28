// Original file: mesh.proto

import type { Model as _edgemesh_v1_Model, Model__Output as _edgemesh_v1_Model__Output } from '../../edgemesh/v1/Model.ts';

export interface DeviceModel {
  'device_id'?: (string);
  'device_name'?: (string);
  'model'?: (_edgemesh_v1_Model | null);
  'is_default'?: (boolean);
}

export interface DeviceModel__Output {
  'device_id': (string);
  'device_name': (string);
  'model': (_edgemesh_v1_Model__Output | null);
  'is_default': (boolean);
}
