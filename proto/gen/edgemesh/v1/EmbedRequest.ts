// Original file: mesh.proto


export interface EmbedRequest {
  'model'?: (string);
  'inputs'?: (string)[];
  'device_id'?: (string);
}

export interface EmbedRequest__Output {
  'model': (string);
  'inputs': (string)[];
  'device_id': (string);
}
