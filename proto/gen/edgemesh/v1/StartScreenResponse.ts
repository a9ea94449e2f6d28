// Original file: mesh.proto


export interface StartScreenResponse {
  'stream_id'?: (string);
  'sdp'?: (string);
  'device_id'?: (string);
  'device_name'?: (string);
}

export interface StartScreenResponse__Output {
  'stream_id': (string);
  'sdp': (string);
  'device_id': (string);
  'device_name': (string);
}
