// Original file: orchestrator.proto


export interface CommandRequest {
  'session_id'?: (string);
  'command'?: (string);
  'args'?: (string)[];
}

export interface CommandRequest__Output {
  'session_id': (string);
  'command': (string);
  'args': (string)[];
}
