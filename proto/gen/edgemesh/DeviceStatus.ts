// Original file: orchestrator.proto

import type { Long } from '@grpc/proto-loader';

export interface DeviceStatus {
  'device_id'?: (string);
  'last_seen'?: (number | string | Long);
  'cpu_load'?: (number | string);
  'mem_used_mb'?: (number | string | Long);
  'mem_total_mb'?: (number | string | Long);
}

export interface DeviceStatus__Output {
  'device_id': (string);
  'last_seen': (number);
  'cpu_load': (number);
  'mem_used_mb': (number);
  'mem_total_mb': (number);
}
