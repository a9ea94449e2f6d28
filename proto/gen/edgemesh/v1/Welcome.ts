// Original file: mesh.proto


export interface Welcome {
  'device_id'?: (string);
  'device_name'?: (string);
  'output_files'?: (boolean);
}

export interface Welcome__Output {
  'device_id': (string);
  'device_name': (string);
  'output_files': (boolean);
}
