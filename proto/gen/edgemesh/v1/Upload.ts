// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface Upload {
  'token'?: (string);
  'http_addr'?: (string);
  'relay_token'?: (string);
  'relay_addr'?: (string);
  'offset'?: (number | string | Long);
  'expires_unix_ms'?: (number | string | Long);
  'device_id'?: (string);
  'device_name'?: (string);
  'complete'?: (boolean);
}

export interface Upload__Output {
  'token': (string);
  'http_addr': (string);
  'relay_token': (string);
  'relay_addr': (string);
  'offset': (number);
  'expires_unix_ms': (number);
  'device_id': (string);
  'device_name': (string);
  'complete': (boolean);
}
