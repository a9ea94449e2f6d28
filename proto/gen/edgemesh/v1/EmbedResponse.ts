// Original file: mesh.proto

import type { Embedding as _edgemesh_v1_Embedding, Embedding__Output as _edgemesh_v1_Embedding__Output } from '../../edgemesh/v1/Embedding.ts';

export interface EmbedResponse {
  'model'?: (string);
  'embeddings'?: (_edgemesh_v1_Embedding)[];
  'prompt_tokens'?: (number);
}

export interface EmbedResponse__Output {
  'model': (string);
  'embeddings': (_edgemesh_v1_Embedding__Output)[];
  'prompt_tokens': (number);
}
