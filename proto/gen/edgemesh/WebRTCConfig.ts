// Original file: orchestrator.proto


export interface WebRTCConfig {
  'session_id'?: (string);
  'target_fps'?: (number);
  'jpeg_quality'?: (number);
  'monitor_index'?: (number);
}

export interface WebRTCConfig__Output {
  'session_id': (string);
  'target_fps': (number);
  'jpeg_quality': (number);
  'monitor_index': (number);
}
