// Original file: orchestrator.proto


export interface WebRTCOffer {
  'stream_id'?: (string);
  'sdp'?: (string);
}

export interface WebRTCOffer__Output {
  'stream_id': (string);
  'sdp': (string);
}
