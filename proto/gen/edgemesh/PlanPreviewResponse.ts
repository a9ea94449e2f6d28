// Original file: orchestrator.proto

import type { Plan as _edgemesh_Plan, Plan__Output as _edgemesh_Plan__Output } from '../edgemesh/Plan.ts';
import type { ReduceSpec as _edgemesh_ReduceSpec, ReduceSpec__Output as _edgemesh_ReduceSpec__Output } from '../edgemesh/ReduceSpec.ts';

export interface PlanPreviewResponse {
  'used_ai'?: (boolean);
  'notes'?: (string);
  'rationale'?: (string);
  'plan'?: (_edgemesh_Plan | null);
  'reduce'?: (_edgemesh_ReduceSpec | null);
}

export interface PlanPreviewResponse__Output {
  'used_ai': (boolean);
  'notes': (string);
  'rationale': (string);
  'plan': (_edgemesh_Plan__Output | null);
  'reduce': (_edgemesh_ReduceSpec__Output | null);
}
