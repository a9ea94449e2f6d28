// Original file: mesh.proto


export interface ListTasksRequest {
  'job_id'?: (string);
  'state'?: (string);
  'limit'?: (number);
  'page_token'?: (string);
}

export interface ListTasksRequest__Output {
  'job_id': (string);
  'state': (string);
  'limit': (number);
  'page_token': (string);
}
