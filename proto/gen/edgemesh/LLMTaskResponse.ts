// Original file: orchestrator.proto

import type { Long } from '@grpc/proto-loader';

export interface LLMTaskResponse {
  'output'?: (string);
  'model_used'?: (string);
  'tokens_generated'?: (number | string | Long);
  'error'?: (string);
}

export interface LLMTaskResponse__Output {
  'output': (string);
  'model_used': (string);
  'tokens_generated': (number);
  'error': (string);
}
