// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface FileRead {
  'path'?: (string);
  'etag'?: (string);
  'begin'?: (number | string | Long);
  'end'?: (number | string | Long);
  'output'?: (boolean);
}

export interface FileRead__Output {
  'path': (string);
  'etag': (string);
  'begin': (number);
  'end': (number);
  'output': (boolean);
}
