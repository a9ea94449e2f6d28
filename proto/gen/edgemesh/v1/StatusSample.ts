// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface StatusSample {
  'cpu_load'?: (number | string);
  'mem_used_mb'?: (number | string | Long);
  'mem_total_mb'?: (number | string | Long);
  'ram_free_mb'?: (number | string | Long);
}

export interface StatusSample__Output {
  'cpu_load': (number);
  'mem_used_mb': (number);
  'mem_total_mb': (number);
  'ram_free_mb': (number);
}
