// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface CommandOrder {
  'order_id'?: (string);
  'command'?: (string);
  'args'?: (string)[];
  'timeout_ms'?: (number | string | Long);
}

export interface CommandOrder__Output {
  'order_id': (string);
  'command': (string);
  'args': (string)[];
  'timeout_ms': (number);
}
