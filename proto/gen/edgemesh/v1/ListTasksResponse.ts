// Original file: mesh.proto

import type { TaskDetail as _edgemesh_v1_TaskDetail, TaskDetail__Output as _edgemesh_v1_TaskDetail__Output } from '../../edgemesh/v1/TaskDetail.ts';

export interface ListTasksResponse {
  'tasks'?: (_edgemesh_v1_TaskDetail)[];
  'next_page_token'?: (string);
}

export interface ListTasksResponse__Output {
  'tasks': (_edgemesh_v1_TaskDetail__Output)[];
  'next_page_token': (string);
}
