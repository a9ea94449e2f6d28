// Original file: mesh.proto


export interface ModelLoad {
  'running'?: (number);
  'waiting'?: (number);
  'backlog_ms'?: (number | string);
}

export interface ModelLoad__Output {
  'running': (number);
  'waiting': (number);
  'backlog_ms': (number);
}
