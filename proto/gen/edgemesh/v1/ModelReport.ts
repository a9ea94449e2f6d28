// Original file: mesh.proto

import type { Model as _edgemesh_v1_Model, Model__Output as _edgemesh_v1_Model__Output } from '../../edgemesh/v1/Model.ts';

export interface ModelReport {
  'models'?: (_edgemesh_v1_Model)[];
  'default_model'?: (string);
  'parallel'?: (number);
  'queue'?: (number);
}

export interface ModelReport__Output {
  'models': (_edgemesh_v1_Model__Output)[];
  'default_model': (string);
  'parallel': (number);
  'queue': (number);
}
