// Original file: mesh.proto

import type { ChatMessage as _edgemesh_v1_ChatMessage, ChatMessage__Output as _edgemesh_v1_ChatMessage__Output } from '../../edgemesh/v1/ChatMessage.ts';
import type { Sampling as _edgemesh_v1_Sampling, Sampling__Output as _edgemesh_v1_Sampling__Output } from '../../edgemesh/v1/Sampling.ts';

export interface GenerateRequest {
  'prompt'?: (string);
  'messages'?: (_edgemesh_v1_ChatMessage)[];
  'model'?: (string);
  'max_tokens'?: (number);
  'sampling'?: (_edgemesh_v1_Sampling | null);
  'format'?: (string);
  'device_id'?: (string);
}

export interface GenerateRequest__Output {
  'prompt': (string);
  'messages': (_edgemesh_v1_ChatMessage__Output)[];
  'model': (string);
  'max_tokens': (number);
  'sampling': (_edgemesh_v1_Sampling__Output | null);
  'format': (string);
  'device_id': (string);
}
