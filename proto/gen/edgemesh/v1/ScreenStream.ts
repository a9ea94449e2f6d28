// Original file: mesh.proto

import type { Long } from '@grpc/proto-loader';

export interface ScreenStream {
  'stream_id'?: (string);
  'client_name'?: (string);
  'peer'?: (string);
  'monitor_index'?: (number);
  'monitor_name'?: (string);
  'started_at'?: (number | string | Long);
  'connected'?: (boolean);
  'video'?: (string);
}

export interface ScreenStream__Output {
  'stream_id': (string);
  'client_name': (string);
  'peer': (string);
  'monitor_index': (number);
  'monitor_name': (string);
  'started_at': (number);
  'connected': (boolean);
  'video': (string);
}
