// Original file: orchestrator.proto

import type { TaskGroup as _edgemesh_TaskGroup, TaskGroup__Output as _edgemesh_TaskGroup__Output } from '../edgemesh/TaskGroup.ts';

export interface Plan {
  'groups'?: (_edgemesh_TaskGroup)[];
}

export interface Plan__Output {
  'groups': (_edgemesh_TaskGroup__Output)[];
}
