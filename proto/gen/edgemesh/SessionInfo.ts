// Original file: orchestrator.proto

import type { Long } from '@grpc/proto-loader';

export interface SessionInfo {
  'session_id'?: (string);
  'host_name'?: (string);
  'connected_at'?: (number | string | Long);
}

export interface SessionInfo__Output {
  'session_id': (string);
  'host_name': (string);
  'connected_at': (number);
}
