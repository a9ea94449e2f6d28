// Original file: mesh.proto


export interface KindSlots {
  'kind'?: (string);
  'slots'?: (number);
}

export interface KindSlots__Output {
  'kind': (string);
  'slots': (number);
}
