// Original file: mesh.proto


export interface TaskOutcome {
  'job_id'?: (string);
  'task_id'?: (string);
  'attempt'?: (number);
  'ok'?: (boolean);
  'output'?: (string);
  'error'?: (string);
  'time_ms'?: (number | string);
  'error_code'?: (string);
  'lease'?: (number);
}

export interface TaskOutcome__Output {
  'job_id': (string);
  'task_id': (string);
  'attempt': (number);
  'ok': (boolean);
  'output': (string);
  'error': (string);
  'time_ms': (number);
  'error_code': (string);
  'lease': (number);
}
