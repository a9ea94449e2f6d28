// Original file: mesh.proto

import type { JobRequest as _edgemesh_JobRequest, JobRequest__Output as _edgemesh_JobRequest__Output } from '../../edgemesh/JobRequest.ts';

export interface StartJobRequest {
  'job'?: (_edgemesh_JobRequest | null);
  'idempotency_key'?: (string);
  'task_timeout_ms'?: (number);
  'task_timeouts_ms'?: ({[key: string]: number});
}

export interface StartJobRequest__Output {
  'job': (_edgemesh_JobRequest__Output | null);
  'idempotency_key': (string);
  'task_timeout_ms': (number);
  'task_timeouts_ms': ({[key: string]: number});
}
