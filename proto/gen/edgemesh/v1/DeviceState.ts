// Original file: mesh.proto

import type { DeviceInfo as _edgemesh_DeviceInfo, DeviceInfo__Output as _edgemesh_DeviceInfo__Output } from '../../edgemesh/DeviceInfo.ts';
import type { DeviceStatus as _edgemesh_DeviceStatus, DeviceStatus__Output as _edgemesh_DeviceStatus__Output } from '../../edgemesh/DeviceStatus.ts';
import type { ScreenStream as _edgemesh_v1_ScreenStream, ScreenStream__Output as _edgemesh_v1_ScreenStream__Output } from '../../edgemesh/v1/ScreenStream.ts';

export interface DeviceState {
  'device'?: (_edgemesh_DeviceInfo | null);
  'status'?: (_edgemesh_DeviceStatus | null);
  'online'?: (boolean);
  'link'?: (string);
  'running_tasks'?: (number);
  'screen_streams'?: (_edgemesh_v1_ScreenStream)[];
  'screen_unavailable'?: (string);
}

export interface DeviceState__Output {
  'device': (_edgemesh_DeviceInfo__Output | null);
  'status': (_edgemesh_DeviceStatus__Output | null);
  'online': (boolean);
  'link': (string);
  'running_tasks': (number);
  'screen_streams': (_edgemesh_v1_ScreenStream__Output)[];
  'screen_unavailable': (string);
}
