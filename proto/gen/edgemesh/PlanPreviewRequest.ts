// Original file: orchestrator.proto


export interface PlanPreviewRequest {
  'session_id'?: (string);
  'text'?: (string);
  'max_workers'?: (number);
}

export interface PlanPreviewRequest__Output {
  'session_id': (string);
  'text': (string);
  'max_workers': (number);
}
