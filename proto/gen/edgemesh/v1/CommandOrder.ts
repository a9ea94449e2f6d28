// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface CommandOrder {
  'order_id'?: (string);
  'command'?: (string);
  'args'?: (string)[];
  'timeout_ms'?: (number | string | Long);
  'trace_parent'?: (string);
  'client_name'?: (string);
  'peer'?: (string);
}

export interface CommandOrder__Output {
  'order_id': (string);
  'command': (string);
  'args': (string)[];
  'timeout_ms': (number);
  'trace_parent': (string);
  'client_name': (string);
  'peer': (string);
}
