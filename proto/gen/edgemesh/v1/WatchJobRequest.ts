// Original file: mesh.proto


export interface WatchJobRequest {
  'job_id'?: (string);
  'counts_only'?: (boolean);
}

export interface WatchJobRequest__Output {
  'job_id': (string);
  'counts_only': (boolean);
}
