// Original file: mesh.proto


export interface OpenDownloadRequest {
  'device_id'?: (string);
  'path'?: (string);
  'digest'?: (boolean);
  'way'?: (string);
  'output'?: (boolean);
}

export interface OpenDownloadRequest__Output {
  'device_id': (string);
  'path': (string);
  'digest': (boolean);
  'way': (string);
  'output': (boolean);
}
