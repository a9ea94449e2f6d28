// Original file: mesh.proto


export interface ScreenStop {
  'stream_id'?: (string);
}

export interface ScreenStop__Output {
  'stream_id': (string);
}
