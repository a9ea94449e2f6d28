// Original file: orchestrator.proto


export interface TaskStatus {
  'task_id'?: (string);
  'assigned_device_id'?: (string);
  'assigned_device_name'?: (string);
  'state'?: (string);
  'result'?: (string);
  'error'?: (string);
}

export interface TaskStatus__Output {
  'task_id': (string);
  'assigned_device_id': (string);
  'assigned_device_name': (string);
  'state': (string);
  'result': (string);
  'error': (string);
}
