// Original file: mesh.proto


export interface ListJobsRequest {
  'state'?: (string);
  'limit'?: (number);
}

export interface ListJobsRequest__Output {
  'state': (string);
  'limit': (number);
}
