// Original file: mesh.proto

import type { DeviceState as _edgemesh_v1_DeviceState, DeviceState__Output as _edgemesh_v1_DeviceState__Output } from '../../edgemesh/v1/DeviceState.ts';

export interface ListDeviceStatesResponse {
  'devices'?: (_edgemesh_v1_DeviceState)[];
}

export interface ListDeviceStatesResponse__Output {
  'devices': (_edgemesh_v1_DeviceState__Output)[];
}
