// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface TaskAssignment {
  'job_id'?: (string);
  'task_id'?: (string);
  'attempt'?: (number);
  'kind'?: (string);
  'input'?: (string);
  'timeout_ms'?: (number | string | Long);
}

export interface TaskAssignment__Output {
  'job_id': (string);
  'task_id': (string);
  'attempt': (number);
  'kind': (string);
  'input': (string);
  'timeout_ms': (number);
}
