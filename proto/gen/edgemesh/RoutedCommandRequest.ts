// Original file: orchestrator.proto

import type { RoutingPolicy as _edgemesh_RoutingPolicy, RoutingPolicy__Output as _edgemesh_RoutingPolicy__Output } from '../edgemesh/RoutingPolicy.ts';

export interface RoutedCommandRequest {
  'session_id'?: (string);
  'policy'?: (_edgemesh_RoutingPolicy | null);
  'command'?: (string);
  'args'?: (string)[];
}

export interface RoutedCommandRequest__Output {
  'session_id': (string);
  'policy': (_edgemesh_RoutingPolicy__Output | null);
  'command': (string);
  'args': (string)[];
}
