// Original file: mesh.proto


export interface OpenDownloadRequest {
  'device_id'?: (string);
  'path'?: (string);
  'digest'?: (boolean);
  'way'?: (string);
}

export interface OpenDownloadRequest__Output {
  'device_id': (string);
  'path': (string);
  'digest': (boolean);
  'way': (string);
}
