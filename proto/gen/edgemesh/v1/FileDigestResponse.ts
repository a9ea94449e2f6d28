// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface FileDigestResponse {
  'sha256'?: (string);
  'size_bytes'?: (number | string | Long);
  'etag'?: (string);
}

export interface FileDigestResponse__Output {
  'sha256': (string);
  'size_bytes': (number);
  'etag': (string);
}
