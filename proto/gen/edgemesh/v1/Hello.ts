// Original file: mesh.proto

import type { KindSlots as _edgemesh_v1_KindSlots, KindSlots__Output as _edgemesh_v1_KindSlots__Output } from '../../edgemesh/v1/KindSlots.ts';
import type { TaskRef as _edgemesh_v1_TaskRef, TaskRef__Output as _edgemesh_v1_TaskRef__Output } from '../../edgemesh/v1/TaskRef.ts';

export interface Hello {
  'device_id'?: (string);
  'instance_id'?: (string);
  'kinds'?: (_edgemesh_v1_KindSlots)[];
  'held'?: (_edgemesh_v1_TaskRef)[];
}

export interface Hello__Output {
  'device_id': (string);
  'instance_id': (string);
  'kinds': (_edgemesh_v1_KindSlots__Output)[];
  'held': (_edgemesh_v1_TaskRef__Output)[];
}
