// Original file: mesh.proto

import type { Hello as _edgemesh_v1_Hello, Hello__Output as _edgemesh_v1_Hello__Output } from '../../edgemesh/v1/Hello.ts';
import type { StatusSample as _edgemesh_v1_StatusSample, StatusSample__Output as _edgemesh_v1_StatusSample__Output } from '../../edgemesh/v1/StatusSample.ts';
import type { TaskOutcome as _edgemesh_v1_TaskOutcome, TaskOutcome__Output as _edgemesh_v1_TaskOutcome__Output } from '../../edgemesh/v1/TaskOutcome.ts';
import type { CommandOutcome as _edgemesh_v1_CommandOutcome, CommandOutcome__Output as _edgemesh_v1_CommandOutcome__Output } from '../../edgemesh/v1/CommandOutcome.ts';

export interface WorkerBatch {
  'hello'?: (_edgemesh_v1_Hello | null);
  'sample'?: (_edgemesh_v1_StatusSample | null);
  'credits'?: (number);
  'outcomes'?: (_edgemesh_v1_TaskOutcome)[];
  'command_outcomes'?: (_edgemesh_v1_CommandOutcome)[];
  'leaving'?: (boolean);
}

export interface WorkerBatch__Output {
  'hello': (_edgemesh_v1_Hello__Output | null);
  'sample': (_edgemesh_v1_StatusSample__Output | null);
  'credits': (number);
  'outcomes': (_edgemesh_v1_TaskOutcome__Output)[];
  'command_outcomes': (_edgemesh_v1_CommandOutcome__Output)[];
  'leaving': (boolean);
}
