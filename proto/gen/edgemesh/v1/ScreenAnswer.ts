// Original file: mesh.proto


export interface ScreenAnswer {
  'stream_id'?: (string);
  'sdp'?: (string);
}

export interface ScreenAnswer__Output {
  'stream_id': (string);
  'sdp': (string);
}
