// Original file: orchestrator.proto

import type { Long } from '@grpc/proto-loader';

export interface DeviceAck {
  'ok'?: (boolean);
  'registered_at'?: (number | string | Long);
}

export interface DeviceAck__Output {
  'ok': (boolean);
  'registered_at': (number);
}
