// Original file: orchestrator.proto


export interface DeviceId {
  'device_id'?: (string);
}

export interface DeviceId__Output {
  'device_id': (string);
}
