// Original file: orchestrator.proto

import type { DeviceCostEstimate as _edgemesh_DeviceCostEstimate, DeviceCostEstimate__Output as _edgemesh_DeviceCostEstimate__Output } from '../edgemesh/DeviceCostEstimate.ts';

export interface PlanCostResponse {
  'total_predicted_ms'?: (number | string);
  'device_costs'?: (_edgemesh_DeviceCostEstimate)[];
  'recommended_device_id'?: (string);
  'recommended_device_name'?: (string);
  'has_unknown_costs'?: (boolean);
  'warning'?: (string);
}

export interface PlanCostResponse__Output {
  'total_predicted_ms': (number);
  'device_costs': (_edgemesh_DeviceCostEstimate__Output)[];
  'recommended_device_id': (string);
  'recommended_device_name': (string);
  'has_unknown_costs': (boolean);
  'warning': (string);
}
