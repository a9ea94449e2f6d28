// Original file: orchestrator.proto


export interface TaskResult {
  'task_id'?: (string);
  'ok'?: (boolean);
  'output'?: (string);
  'error'?: (string);
  'time_ms'?: (number | string);
}

export interface TaskResult__Output {
  'task_id': (string);
  'ok': (boolean);
  'output': (string);
  'error': (string);
  'time_ms': (number);
}
