// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface ModelRates {
  'prefill_toks_per_s'?: (number | string);
  'decode_toks_per_s'?: (number | string);
  'load_ms'?: (number | string);
  'overhead_ms'?: (number | string);
  'characters_per_token'?: (number | string);
  'output_tokens'?: (number | string);
  'samples'?: (number | string | Long);
  'measured_at'?: (number | string | Long);
}

export interface ModelRates__Output {
  'prefill_toks_per_s': (number);
  'decode_toks_per_s': (number);
  'load_ms': (number);
  'overhead_ms': (number);
  'characters_per_token': (number);
  'output_tokens': (number);
  'samples': (number);
  'measured_at': (number);
}
