// Original file: orchestrator.proto

import type { Long } from '@grpc/proto-loader';

export interface HealthStatus {
  'device_id'?: (string);
  'server_time'?: (number | string | Long);
  'message'?: (string);
}

export interface HealthStatus__Output {
  'device_id': (string);
  'server_time': (number);
  'message': (string);
}
