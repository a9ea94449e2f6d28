// Original file: mesh.proto

import type { GenerationStats as _edgemesh_v1_GenerationStats, GenerationStats__Output as _edgemesh_v1_GenerationStats__Output } from '../../edgemesh/v1/GenerationStats.ts';

export interface TaskOutcome {
  'job_id'?: (string);
  'task_id'?: (string);
  'attempt'?: (number);
  'ok'?: (boolean);
  'output'?: (string);
  'error'?: (string);
  'time_ms'?: (number | string);
  'error_code'?: (string);
  'lease'?: (number);
  'generation'?: (_edgemesh_v1_GenerationStats | null);
}

export interface TaskOutcome__Output {
  'job_id': (string);
  'task_id': (string);
  'attempt': (number);
  'ok': (boolean);
  'output': (string);
  'error': (string);
  'time_ms': (number);
  'error_code': (string);
  'lease': (number);
  'generation': (_edgemesh_v1_GenerationStats__Output | null);
}
