// Original file: mesh.proto


export interface Monitor {
  'index'?: (number);
  'name'?: (string);
  'primary'?: (boolean);
  'x'?: (number);
  'y'?: (number);
  'width'?: (number);
  'height'?: (number);
}

export interface Monitor__Output {
  'index': (number);
  'name': (string);
  'primary': (boolean);
  'x': (number);
  'y': (number);
  'width': (number);
  'height': (number);
}
