// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface Sampling {
  'temperature'?: (number | string);
  'top_p'?: (number | string);
  'seed'?: (number | string | Long);
  'frequency_penalty'?: (number | string);
  'presence_penalty'?: (number | string);
  'stop'?: (string)[];
  '_temperature'?: "temperature";
  '_top_p'?: "top_p";
  '_seed'?: "seed";
  '_frequency_penalty'?: "frequency_penalty";
  '_presence_penalty'?: "presence_penalty";
}

export interface Sampling__Output {
  'temperature'?: (number);
  'top_p'?: (number);
  'seed'?: (number);
  'frequency_penalty'?: (number);
  'presence_penalty'?: (number);
  'stop': (string)[];
}
