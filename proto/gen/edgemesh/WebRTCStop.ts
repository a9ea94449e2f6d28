// Original file: orchestrator.proto


export interface WebRTCStop {
  'stream_id'?: (string);
}

export interface WebRTCStop__Output {
  'stream_id': (string);
}
