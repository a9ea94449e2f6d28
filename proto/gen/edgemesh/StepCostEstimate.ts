// Original file: orchestrator.proto


export interface StepCostEstimate {
  'task_id'?: (string);
  'kind'?: (string);
  'predicted_ms'?: (number | string);
  'predicted_memory_mb'?: (number | string);
  'unknown_cost'?: (boolean);
  'notes'?: (string);
}

export interface StepCostEstimate__Output {
  'task_id': (string);
  'kind': (string);
  'predicted_ms': (number);
  'predicted_memory_mb': (number);
  'unknown_cost': (boolean);
  'notes': (string);
}
