// Original file: mesh.proto

import type { CommandResponse as _edgemesh_CommandResponse, CommandResponse__Output as _edgemesh_CommandResponse__Output } from '../../edgemesh/CommandResponse.ts';

export interface CommandOutcome {
  'order_id'?: (string);
  'response'?: (_edgemesh_CommandResponse | null);
  'error_code'?: (string);
  'error_message'?: (string);
}

export interface CommandOutcome__Output {
  'order_id': (string);
  'response': (_edgemesh_CommandResponse__Output | null);
  'error_code': (string);
  'error_message': (string);
}
