// Original file: mesh.proto

import type { TaskStatus as _edgemesh_TaskStatus, TaskStatus__Output as _edgemesh_TaskStatus__Output } from '../../edgemesh/TaskStatus.ts';
import type { FailedAttempt as _edgemesh_v1_FailedAttempt, FailedAttempt__Output as _edgemesh_v1_FailedAttempt__Output } from '../../edgemesh/v1/FailedAttempt.ts';
import type { OutputFile as _edgemesh_v1_OutputFile, OutputFile__Output as _edgemesh_v1_OutputFile__Output } from '../../edgemesh/v1/OutputFile.ts';

export interface TaskDetail {
  'status'?: (_edgemesh_TaskStatus | null);
  'kind'?: (string);
  'group'?: (number);
  'attempts'?: (number);
  'failed_attempts'?: (_edgemesh_v1_FailedAttempt)[];
  'timeout_ms'?: (number);
  'output_file'?: (_edgemesh_v1_OutputFile | null);
}

export interface TaskDetail__Output {
  'status': (_edgemesh_TaskStatus__Output | null);
  'kind': (string);
  'group': (number);
  'attempts': (number);
  'failed_attempts': (_edgemesh_v1_FailedAttempt__Output)[];
  'timeout_ms': (number);
  'output_file': (_edgemesh_v1_OutputFile__Output | null);
}
