// Original file: orchestrator.proto


// Original file: orchestrator.proto

export const _edgemesh_RoutingPolicy_Mode = {
  BEST_AVAILABLE: 'BEST_AVAILABLE',
  REQUIRE_NPU: 'REQUIRE_NPU',
  PREFER_REMOTE: 'PREFER_REMOTE',
  FORCE_DEVICE_ID: 'FORCE_DEVICE_ID',
  PREFER_LOCAL_MODEL: 'PREFER_LOCAL_MODEL',
  REQUIRE_LOCAL_MODEL: 'REQUIRE_LOCAL_MODEL',
} as const;

export type _edgemesh_RoutingPolicy_Mode =
  | 'BEST_AVAILABLE'
  | 0
  | 'REQUIRE_NPU'
  | 1
  | 'PREFER_REMOTE'
  | 2
  | 'FORCE_DEVICE_ID'
  | 3
  | 'PREFER_LOCAL_MODEL'
  | 4
  | 'REQUIRE_LOCAL_MODEL'
  | 5

export type _edgemesh_RoutingPolicy_Mode__Output = typeof _edgemesh_RoutingPolicy_Mode[keyof typeof _edgemesh_RoutingPolicy_Mode]

export interface RoutingPolicy {
  'mode'?: (_edgemesh_RoutingPolicy_Mode);
  'device_id'?: (string);
}

export interface RoutingPolicy__Output {
  'mode': (_edgemesh_RoutingPolicy_Mode__Output);
  'device_id': (string);
}
