// Original file: orchestrator.proto

import type { Long } from '@grpc/proto-loader';

export interface JobInfo {
  'job_id'?: (string);
  'created_at'?: (number | string | Long);
  'summary'?: (string);
}

export interface JobInfo__Output {
  'job_id': (string);
  'created_at': (number);
  'summary': (string);
}
