// Original file: orchestrator.proto


export interface JobId {
  'job_id'?: (string);
}

export interface JobId__Output {
  'job_id': (string);
}
