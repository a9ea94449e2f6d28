// Original file: mesh.proto


export interface ListJobsRequest {
  'state'?: (string);
  'limit'?: (number);
  'page_token'?: (string);
}

export interface ListJobsRequest__Output {
  'state': (string);
  'limit': (number);
  'page_token': (string);
}
