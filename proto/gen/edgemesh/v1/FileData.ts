// Original file: mesh.proto


export interface FileData {
  'order_id'?: (string);
  'data'?: (Buffer | Uint8Array | string);
}

export interface FileData__Output {
  'order_id': (string);
  'data': (Buffer);
}
