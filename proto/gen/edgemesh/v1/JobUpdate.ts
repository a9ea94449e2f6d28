// Original file: mesh.proto

import type { GroupProgress as _edgemesh_v1_GroupProgress, GroupProgress__Output as _edgemesh_v1_GroupProgress__Output } from '../../edgemesh/v1/GroupProgress.ts';
import type { TaskStatus as _edgemesh_TaskStatus, TaskStatus__Output as _edgemesh_TaskStatus__Output } from '../../edgemesh/TaskStatus.ts';

export interface JobUpdate {
  'job_id'?: (string);
  'state'?: (string);
  'snapshot'?: (boolean);
  'current_group'?: (number);
  'groups'?: (_edgemesh_v1_GroupProgress)[];
  'tasks'?: (_edgemesh_TaskStatus)[];
  'reason'?: (string);
  'final_result'?: (string);
}

export interface JobUpdate__Output {
  'job_id': (string);
  'state': (string);
  'snapshot': (boolean);
  'current_group': (number);
  'groups': (_edgemesh_v1_GroupProgress__Output)[];
  'tasks': (_edgemesh_TaskStatus__Output)[];
  'reason': (string);
  'final_result': (string);
}
