// Original file: orchestrator.proto

import type { DeviceInfo as _edgemesh_DeviceInfo, DeviceInfo__Output as _edgemesh_DeviceInfo__Output } from '../edgemesh/DeviceInfo.ts';

export interface ListDevicesResponse {
  'devices'?: (_edgemesh_DeviceInfo)[];
}

export interface ListDevicesResponse__Output {
  'devices': (_edgemesh_DeviceInfo__Output)[];
}
