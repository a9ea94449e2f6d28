// Original file: orchestrator.proto

import type { Long } from '@grpc/proto-loader';

export interface DownloadTicket {
  'token'?: (string);
  'filename'?: (string);
  'size_bytes'?: (number | string | Long);
  'expires_unix_ms'?: (number | string | Long);
}

export interface DownloadTicket__Output {
  'token': (string);
  'filename': (string);
  'size_bytes': (number);
  'expires_unix_ms': (number);
}
