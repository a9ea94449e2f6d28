// Original file: mesh.proto

import type { GenerationStats as _edgemesh_v1_GenerationStats, GenerationStats__Output as _edgemesh_v1_GenerationStats__Output } from '../../edgemesh/v1/GenerationStats.ts';
import type { OutputFile as _edgemesh_v1_OutputFile, OutputFile__Output as _edgemesh_v1_OutputFile__Output } from '../../edgemesh/v1/OutputFile.ts';

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
  'output_file'?: (_edgemesh_v1_OutputFile | null);
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
  'output_file': (_edgemesh_v1_OutputFile__Output | null);
}
