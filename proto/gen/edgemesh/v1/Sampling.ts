// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface Sampling {
  'temperature'?: (number | string);
  'top_p'?: (number | string);
  'seed'?: (number | string | Long);
  'frequency_penalty'?: (number | string);
  'presence_penalty'?: (number | string);
  'stop'?: (string)[];
  'has_temperature'?: "temperature";
  'has_top_p'?: "top_p";
  'has_seed'?: "seed";
  'has_frequency_penalty'?: "frequency_penalty";
  'has_presence_penalty'?: "presence_penalty";
}

export interface Sampling__Output {
  'temperature'?: (number);
  'top_p'?: (number);
  'seed'?: (number);
  'frequency_penalty'?: (number);
  'presence_penalty'?: (number);
  'stop': (string)[];
}
