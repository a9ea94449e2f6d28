// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface FileWrite {
  'path'?: (string);
  'size_bytes'?: (number | string | Long);
  'sha256'?: (string);
  'overwrite'?: (boolean);
  'begin'?: (number | string | Long);
  'end'?: (number | string | Long);
}

export interface FileWrite__Output {
  'path': (string);
  'size_bytes': (number);
  'sha256': (string);
  'overwrite': (boolean);
  'begin': (number);
  'end': (number);
}
