// Original file: mesh.proto

import type { DownloadTicket as _edgemesh_DownloadTicket, DownloadTicket__Output as _edgemesh_DownloadTicket__Output } from '../../edgemesh/DownloadTicket.ts';
import type { Long } from '@grpc/proto-loader';

export interface Download {
  'ticket'?: (_edgemesh_DownloadTicket | null);
  'http_addr'?: (string);
  'relay_token'?: (string);
  'relay_addr'?: (string);
  'etag'?: (string);
  'sha256'?: (string);
  'modified_at'?: (number | string | Long);
  'device_id'?: (string);
  'device_name'?: (string);
}

export interface Download__Output {
  'ticket': (_edgemesh_DownloadTicket__Output | null);
  'http_addr': (string);
  'relay_token': (string);
  'relay_addr': (string);
  'etag': (string);
  'sha256': (string);
  'modified_at': (number);
  'device_id': (string);
  'device_name': (string);
}
