// Original file: mesh.proto


export interface FileReport {
  'inbox'?: (boolean);
}

export interface FileReport__Output {
  'inbox': (boolean);
}
