// Original file: mesh.proto

import type { DeviceModel as _edgemesh_v1_DeviceModel, DeviceModel__Output as _edgemesh_v1_DeviceModel__Output } from '../../edgemesh/v1/DeviceModel.ts';

export interface ListModelsResponse {
  'models'?: (_edgemesh_v1_DeviceModel)[];
}

export interface ListModelsResponse__Output {
  'models': (_edgemesh_v1_DeviceModel__Output)[];
}
