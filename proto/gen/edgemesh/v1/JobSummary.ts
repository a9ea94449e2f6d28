// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface JobSummary {
  'job_id'?: (string);
  'state'?: (string);
  'created_at'?: (number | string | Long);
  'finished_at'?: (number | string | Long);
  'summary'?: (string);
  'tasks_total'?: (number);
  'tasks_done'?: (number);
  'tasks_failed'?: (number);
  'reason'?: (string);
}

export interface JobSummary__Output {
  'job_id': (string);
  'state': (string);
  'created_at': (number);
  'finished_at': (number);
  'summary': (string);
  'tasks_total': (number);
  'tasks_done': (number);
  'tasks_failed': (number);
  'reason': (string);
}
