// Original file: orchestrator.proto

import type { TaskSpec as _edgemesh_TaskSpec, TaskSpec__Output as _edgemesh_TaskSpec__Output } from '../edgemesh/TaskSpec.ts';

export interface TaskGroup {
  'index'?: (number);
  'tasks'?: (_edgemesh_TaskSpec)[];
}

export interface TaskGroup__Output {
  'index': (number);
  'tasks': (_edgemesh_TaskSpec__Output)[];
}
