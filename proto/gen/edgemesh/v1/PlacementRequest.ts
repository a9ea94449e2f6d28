// Original file: mesh.proto

import type { Plan as _edgemesh_Plan, Plan__Output as _edgemesh_Plan__Output } from '../../edgemesh/Plan.ts';

export interface PlacementRequest {
  'plan'?: (_edgemesh_Plan | null);
  'max_workers'?: (number);
}

export interface PlacementRequest__Output {
  'plan': (_edgemesh_Plan__Output | null);
  'max_workers': (number);
}
