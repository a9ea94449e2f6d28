// Original file: mesh.proto

import type { GenerationStart as _edgemesh_v1_GenerationStart, GenerationStart__Output as _edgemesh_v1_GenerationStart__Output } from '../../edgemesh/v1/GenerationStart.ts';
import type { GenerationEnd as _edgemesh_v1_GenerationEnd, GenerationEnd__Output as _edgemesh_v1_GenerationEnd__Output } from '../../edgemesh/v1/GenerationEnd.ts';

export interface GenerateEvent {
  'start'?: (_edgemesh_v1_GenerationStart | null);
  'text'?: (string);
  'end'?: (_edgemesh_v1_GenerationEnd | null);
}

export interface GenerateEvent__Output {
  'start': (_edgemesh_v1_GenerationStart__Output | null);
  'text': (string);
  'end': (_edgemesh_v1_GenerationEnd__Output | null);
}
