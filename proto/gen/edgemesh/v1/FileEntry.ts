// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface FileEntry {
  'path'?: (string);
  'is_folder'?: (boolean);
  'size_bytes'?: (number | string | Long);
  'modified_at'?: (number | string | Long);
}

export interface FileEntry__Output {
  'path': (string);
  'is_folder': (boolean);
  'size_bytes': (number);
  'modified_at': (number);
}
