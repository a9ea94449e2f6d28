// Original file: mesh.proto


export interface FileDigestRequest {
  'device_id'?: (string);
  'path'?: (string);
  'etag'?: (string);
}

export interface FileDigestRequest__Output {
  'device_id': (string);
  'path': (string);
  'etag': (string);
}
