// Original file: mesh.proto


export interface TaskRef {
  'job_id'?: (string);
  'task_id'?: (string);
  'attempt'?: (number);
}

export interface TaskRef__Output {
  'job_id': (string);
  'task_id': (string);
  'attempt': (number);
}
