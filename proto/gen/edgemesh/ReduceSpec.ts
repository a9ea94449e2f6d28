// Original file: orchestrator.proto


export interface ReduceSpec {
  'kind'?: (string);
}

export interface ReduceSpec__Output {
  'kind': (string);
}
