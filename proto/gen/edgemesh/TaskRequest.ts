// Original file: orchestrator.proto


export interface TaskRequest {
  'task_id'?: (string);
  'job_id'?: (string);
  'kind'?: (string);
  'input'?: (string);
}

export interface TaskRequest__Output {
  'task_id': (string);
  'job_id': (string);
  'kind': (string);
  'input': (string);
}
