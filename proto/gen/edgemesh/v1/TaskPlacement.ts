// Original file: mesh.proto


export interface TaskPlacement {
  'task_id'?: (string);
  'kind'?: (string);
  'device_id'?: (string);
  'device_name'?: (string);
  'model'?: (string);
  'start_ms'?: (number | string);
  'predicted_ms'?: (number | string);
  'load_ms'?: (number | string);
  'queue_ms'?: (number | string);
  'predicted_memory_mb'?: (number | string);
  'ram_sufficient'?: (boolean);
  'unknown_cost'?: (boolean);
  'notes'?: (string);
}

export interface TaskPlacement__Output {
  'task_id': (string);
  'kind': (string);
  'device_id': (string);
  'device_name': (string);
  'model': (string);
  'start_ms': (number);
  'predicted_ms': (number);
  'load_ms': (number);
  'queue_ms': (number);
  'predicted_memory_mb': (number);
  'ram_sufficient': (boolean);
  'unknown_cost': (boolean);
  'notes': (string);
}
