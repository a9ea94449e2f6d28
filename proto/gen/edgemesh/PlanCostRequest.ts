// Original file: orchestrator.proto

import type { Plan as _edgemesh_Plan, Plan__Output as _edgemesh_Plan__Output } from '../edgemesh/Plan.ts';

export interface PlanCostRequest {
  'session_id'?: (string);
  'plan'?: (_edgemesh_Plan | null);
  'device_ids'?: (string)[];
}

export interface PlanCostRequest__Output {
  'session_id': (string);
  'plan': (_edgemesh_Plan__Output | null);
  'device_ids': (string)[];
}
