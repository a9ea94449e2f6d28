// Original file: orchestrator.proto

import type { CommandResponse as _edgemesh_CommandResponse, CommandResponse__Output as _edgemesh_CommandResponse__Output } from '../edgemesh/CommandResponse.ts';

export interface RoutedCommandResponse {
  'output'?: (_edgemesh_CommandResponse | null);
  'selected_device_id'?: (string);
  'selected_device_name'?: (string);
  'selected_device_addr'?: (string);
  'total_time_ms'?: (number | string);
  'executed_locally'?: (boolean);
}

export interface RoutedCommandResponse__Output {
  'output': (_edgemesh_CommandResponse__Output | null);
  'selected_device_id': (string);
  'selected_device_name': (string);
  'selected_device_addr': (string);
  'total_time_ms': (number);
  'executed_locally': (boolean);
}
