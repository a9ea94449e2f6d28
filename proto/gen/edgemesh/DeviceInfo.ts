// Original file: orchestrator.proto

import type { Long } from '@grpc/proto-loader';

export interface DeviceInfo {
  'device_id'?: (string);
  'device_name'?: (string);
  'platform'?: (string);
  'arch'?: (string);
  'has_cpu'?: (boolean);
  'has_gpu'?: (boolean);
  'has_npu'?: (boolean);
  'grpc_addr'?: (string);
  'can_screen_capture'?: (boolean);
  'http_addr'?: (string);
  'llm_prefill_toks_per_s'?: (number | string);
  'llm_decode_toks_per_s'?: (number | string);
  'ram_free_mb'?: (number | string | Long);
  'has_local_model'?: (boolean);
  'local_model_name'?: (string);
  'local_chat_endpoint'?: (string);
}

export interface DeviceInfo__Output {
  'device_id': (string);
  'device_name': (string);
  'platform': (string);
  'arch': (string);
  'has_cpu': (boolean);
  'has_gpu': (boolean);
  'has_npu': (boolean);
  'grpc_addr': (string);
  'can_screen_capture': (boolean);
  'http_addr': (string);
  'llm_prefill_toks_per_s': (number);
  'llm_decode_toks_per_s': (number);
  'ram_free_mb': (number);
  'has_local_model': (boolean);
  'local_model_name': (string);
  'local_chat_endpoint': (string);
}
