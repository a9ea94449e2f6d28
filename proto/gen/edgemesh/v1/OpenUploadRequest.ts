// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface OpenUploadRequest {
  'device_id'?: (string);
  'path'?: (string);
  'size_bytes'?: (number | string | Long);
  'sha256'?: (string);
  'overwrite'?: (boolean);
  'way'?: (string);
}

export interface OpenUploadRequest__Output {
  'device_id': (string);
  'path': (string);
  'size_bytes': (number);
  'sha256': (string);
  'overwrite': (boolean);
  'way': (string);
}
