// Original file: mesh.proto


export interface FailedAttempt {
  'attempt'?: (number);
  'device_id'?: (string);
  'device_name'?: (string);
  'reason'?: (string);
}

export interface FailedAttempt__Output {
  'attempt': (number);
  'device_id': (string);
  'device_name': (string);
  'reason': (string);
}
