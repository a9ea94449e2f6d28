// Original file: orchestrator.proto


export interface AuthRequest {
  'device_name'?: (string);
  'security_key'?: (string);
}

export interface AuthRequest__Output {
  'device_name': (string);
  'security_key': (string);
}
