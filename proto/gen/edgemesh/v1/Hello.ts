// Original file: mesh.proto


export interface Hello {
  'device_id'?: (string);
  'instance_id'?: (string);
}

export interface Hello__Output {
  'device_id': (string);
  'instance_id': (string);
}
