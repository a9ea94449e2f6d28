// Original file: mesh.proto


export interface GenerationStats {
  'model'?: (string);
  'prompt_tokens'?: (number);
  'output_tokens'?: (number);
  'queue_ms'?: (number | string);
  'load_ms'?: (number | string);
  'prefill_ms'?: (number | string);
  'decode_ms'?: (number | string);
  'total_ms'?: (number | string);
}

export interface GenerationStats__Output {
  'model': (string);
  'prompt_tokens': (number);
  'output_tokens': (number);
  'queue_ms': (number);
  'load_ms': (number);
  'prefill_ms': (number);
  'decode_ms': (number);
  'total_ms': (number);
}
