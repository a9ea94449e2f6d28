// Original file: mesh.proto


export interface GenerationStart {
  'device_id'?: (string);
  'device_name'?: (string);
  'model'?: (string);
  'predicted_ms'?: (number | string);
  'load_ms'?: (number | string);
  'queue_ms'?: (number | string);
}

export interface GenerationStart__Output {
  'device_id': (string);
  'device_name': (string);
  'model': (string);
  'predicted_ms': (number);
  'load_ms': (number);
  'queue_ms': (number);
}
