// Original file: mesh.proto


export interface OutputFile {
  'name'?: (string);
  'size_bytes'?: (number);
  'sha256'?: (string);
}

export interface OutputFile__Output {
  'name': (string);
  'size_bytes': (number);
  'sha256': (string);
}
