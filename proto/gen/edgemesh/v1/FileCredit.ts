// Original file: mesh.proto


export interface FileCredit {
  'order_id'?: (string);
  'size_bytes'?: (number);
}

export interface FileCredit__Output {
  'order_id': (string);
  'size_bytes': (number);
}
