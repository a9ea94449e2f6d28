// Original file: orchestrator.proto

import type { TaskStatus as _edgemesh_TaskStatus, TaskStatus__Output as _edgemesh_TaskStatus__Output } from '../edgemesh/TaskStatus.ts';

export interface JobStatus {
  'job_id'?: (string);
  'state'?: (string);
  'tasks'?: (_edgemesh_TaskStatus)[];
  'final_result'?: (string);
  'current_group'?: (number);
  'total_groups'?: (number);
}

export interface JobStatus__Output {
  'job_id': (string);
  'state': (string);
  'tasks': (_edgemesh_TaskStatus__Output)[];
  'final_result': (string);
  'current_group': (number);
  'total_groups': (number);
}
