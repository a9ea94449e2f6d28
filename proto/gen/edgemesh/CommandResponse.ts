// Original file: orchestrator.proto


export interface CommandResponse {
  'exit_code'?: (number);
  'stdout'?: (string);
  'stderr'?: (string);
}

export interface CommandResponse__Output {
  'exit_code': (number);
  'stdout': (string);
  'stderr': (string);
}
