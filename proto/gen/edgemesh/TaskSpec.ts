// Original file: orchestrator.proto


export interface TaskSpec {
  'task_id'?: (string);
  'kind'?: (string);
  'input'?: (string);
  'target_device_id'?: (string);
  'prompt_tokens'?: (number);
  'max_output_tokens'?: (number);
}

export interface TaskSpec__Output {
  'task_id': (string);
  'kind': (string);
  'input': (string);
  'target_device_id': (string);
  'prompt_tokens': (number);
  'max_output_tokens': (number);
}
