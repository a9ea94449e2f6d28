// Original file: mesh.proto


export interface TaskAssignment {
  'job_id'?: (string);
  'task_id'?: (string);
  'attempt'?: (number);
  'kind'?: (string);
  'input'?: (string);
  'timeout_ms'?: (number);
  'lease'?: (number);
  'max_output_tokens'?: (number);
  'trace_parent'?: (string);
}

export interface TaskAssignment__Output {
  'job_id': (string);
  'task_id': (string);
  'attempt': (number);
  'kind': (string);
  'input': (string);
  'timeout_ms': (number);
  'lease': (number);
  'max_output_tokens': (number);
  'trace_parent': (string);
}
