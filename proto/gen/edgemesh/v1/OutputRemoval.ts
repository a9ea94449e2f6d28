// Original file: mesh.proto


export interface OutputRemoval {
  'job_id'?: (string);
  'name'?: (string);
}

export interface OutputRemoval__Output {
  'job_id': (string);
  'name': (string);
}
