// Original file: mesh.proto

import type { TaskPlacement as _edgemesh_v1_TaskPlacement, TaskPlacement__Output as _edgemesh_v1_TaskPlacement__Output } from '../../edgemesh/v1/TaskPlacement.ts';

export interface PlacementResponse {
  'total_predicted_ms'?: (number | string);
  'tasks'?: (_edgemesh_v1_TaskPlacement)[];
  'notes'?: (string)[];
}

export interface PlacementResponse__Output {
  'total_predicted_ms': (number);
  'tasks': (_edgemesh_v1_TaskPlacement__Output)[];
  'notes': (string)[];
}
