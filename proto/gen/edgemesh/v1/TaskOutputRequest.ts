// Original file: mesh.proto


export interface TaskOutputRequest {
  'job_id'?: (string);
  'task_id'?: (string);
  'way'?: (string);
}

export interface TaskOutputRequest__Output {
  'job_id': (string);
  'task_id': (string);
  'way': (string);
}
