// Original file: mesh.proto

import type { GenerationStats as _edgemesh_v1_GenerationStats, GenerationStats__Output as _edgemesh_v1_GenerationStats__Output } from '../../edgemesh/v1/GenerationStats.ts';

export interface GenerationEnd {
  'finish_reason'?: (string);
  'stats'?: (_edgemesh_v1_GenerationStats | null);
}

export interface GenerationEnd__Output {
  'finish_reason': (string);
  'stats': (_edgemesh_v1_GenerationStats__Output | null);
}
