// Original file: mesh.proto


export interface CalibrateRequest {
  'device_id'?: (string);
  'model'?: (string);
}

export interface CalibrateRequest__Output {
  'device_id': (string);
  'model': (string);
}
