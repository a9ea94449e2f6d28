// Original file: orchestrator.proto


export interface WebRTCAnswer {
  'stream_id'?: (string);
  'sdp'?: (string);
}

export interface WebRTCAnswer__Output {
  'stream_id': (string);
  'sdp': (string);
}
