// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface CostError {
  'device_id'?: (string);
  'device_name'?: (string);
  'model'?: (string);
  'generations'?: (number);
  'median_error'?: (number | string);
  'p90_error'?: (number | string);
  'correction'?: (number | string);
  'since'?: (number | string | Long);
}

export interface CostError__Output {
  'device_id': (string);
  'device_name': (string);
  'model': (string);
  'generations': (number);
  'median_error': (number);
  'p90_error': (number);
  'correction': (number);
  'since': (number);
}
