// Original file: orchestrator.proto

import type { StepCostEstimate as _edgemesh_StepCostEstimate, StepCostEstimate__Output as _edgemesh_StepCostEstimate__Output } from '../edgemesh/StepCostEstimate.ts';
import type { Long } from '@grpc/proto-loader';

export interface DeviceCostEstimate {
  'device_id'?: (string);
  'device_name'?: (string);
  'total_ms'?: (number | string);
  'step_costs'?: (_edgemesh_StepCostEstimate)[];
  'estimated_peak_ram_mb'?: (number | string | Long);
  'ram_sufficient'?: (boolean);
}

export interface DeviceCostEstimate__Output {
  'device_id': (string);
  'device_name': (string);
  'total_ms': (number);
  'step_costs': (_edgemesh_StepCostEstimate__Output)[];
  'estimated_peak_ram_mb': (number);
  'ram_sufficient': (boolean);
}
