// Original file: mesh.proto


export interface FileDone {
  'whole'?: (boolean);
}

export interface FileDone__Output {
  'whole': (boolean);
}
