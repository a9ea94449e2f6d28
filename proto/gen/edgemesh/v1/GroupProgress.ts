// Original file: mesh.proto


export interface GroupProgress {
  'tasks'?: (number);
  'queued'?: (number);
  'running'?: (number);
  'done'?: (number);
  'failed'?: (number);
  'cancelled'?: (number);
}

export interface GroupProgress__Output {
  'tasks': (number);
  'queued': (number);
  'running': (number);
  'done': (number);
  'failed': (number);
  'cancelled': (number);
}
