// Original file: orchestrator.proto


export interface LLMTaskRequest {
  'prompt'?: (string);
  'model'?: (string);
  'max_tokens'?: (number);
}

export interface LLMTaskRequest__Output {
  'prompt': (string);
  'model': (string);
  'max_tokens': (number);
}
