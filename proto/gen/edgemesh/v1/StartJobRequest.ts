// Original file: mesh.proto

import type { JobRequest as _edgemesh_JobRequest, JobRequest__Output as _edgemesh_JobRequest__Output } from '../../edgemesh/JobRequest.ts';
import type { Long } from '@grpc/proto-loader';

export interface StartJobRequest {
  'job'?: (_edgemesh_JobRequest | null);
  'idempotency_key'?: (string);
  'task_timeout_ms'?: (number | string | Long);
  'task_timeouts_ms'?: ({[key: string]: number | string | Long});
}

export interface StartJobRequest__Output {
  'job': (_edgemesh_JobRequest__Output | null);
  'idempotency_key': (string);
  'task_timeout_ms': (number);
  'task_timeouts_ms': ({[key: string]: number});
}
