// Original file: mesh.proto


export interface ListFilesRequest {
  'device_id'?: (string);
  'path'?: (string);
  'recursive'?: (boolean);
  'limit'?: (number);
  'page_token'?: (string);
}

export interface ListFilesRequest__Output {
  'device_id': (string);
  'path': (string);
  'recursive': (boolean);
  'limit': (number);
  'page_token': (string);
}
