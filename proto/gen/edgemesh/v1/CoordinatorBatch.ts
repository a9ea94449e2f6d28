// Original file: mesh.proto

import type { Welcome as _edgemesh_v1_Welcome, Welcome__Output as _edgemesh_v1_Welcome__Output } from '../../edgemesh/v1/Welcome.ts';
import type { TaskAssignment as _edgemesh_v1_TaskAssignment, TaskAssignment__Output as _edgemesh_v1_TaskAssignment__Output } from '../../edgemesh/v1/TaskAssignment.ts';
import type { CommandOrder as _edgemesh_v1_CommandOrder, CommandOrder__Output as _edgemesh_v1_CommandOrder__Output } from '../../edgemesh/v1/CommandOrder.ts';
import type { TaskRef as _edgemesh_v1_TaskRef, TaskRef__Output as _edgemesh_v1_TaskRef__Output } from '../../edgemesh/v1/TaskRef.ts';
import type { ModelOrder as _edgemesh_v1_ModelOrder, ModelOrder__Output as _edgemesh_v1_ModelOrder__Output } from '../../edgemesh/v1/ModelOrder.ts';
import type { ScreenOrder as _edgemesh_v1_ScreenOrder, ScreenOrder__Output as _edgemesh_v1_ScreenOrder__Output } from '../../edgemesh/v1/ScreenOrder.ts';
import type { FileOrder as _edgemesh_v1_FileOrder, FileOrder__Output as _edgemesh_v1_FileOrder__Output } from '../../edgemesh/v1/FileOrder.ts';
import type { FileData as _edgemesh_v1_FileData, FileData__Output as _edgemesh_v1_FileData__Output } from '../../edgemesh/v1/FileData.ts';
import type { FileCredit as _edgemesh_v1_FileCredit, FileCredit__Output as _edgemesh_v1_FileCredit__Output } from '../../edgemesh/v1/FileCredit.ts';
import type { OutputRemoval as _edgemesh_v1_OutputRemoval, OutputRemoval__Output as _edgemesh_v1_OutputRemoval__Output } from '../../edgemesh/v1/OutputRemoval.ts';

export interface CoordinatorBatch {
  'welcome'?: (_edgemesh_v1_Welcome | null);
  'tasks'?: (_edgemesh_v1_TaskAssignment)[];
  'commands'?: (_edgemesh_v1_CommandOrder)[];
  'cancelled_commands'?: (string)[];
  'acknowledged'?: (_edgemesh_v1_TaskRef)[];
  'closing'?: (boolean);
  'cancelled_tasks'?: (_edgemesh_v1_TaskRef)[];
  'acknowledged_leases'?: (number)[];
  'model_orders'?: (_edgemesh_v1_ModelOrder)[];
  'cancelled_model_orders'?: (string)[];
  'screen_orders'?: (_edgemesh_v1_ScreenOrder)[];
  'cancelled_screen_orders'?: (string)[];
  'file_orders'?: (_edgemesh_v1_FileOrder)[];
  'cancelled_file_orders'?: (string)[];
  'file_data'?: (_edgemesh_v1_FileData)[];
  'file_credits'?: (_edgemesh_v1_FileCredit)[];
  'removed_outputs'?: (_edgemesh_v1_OutputRemoval)[];
}

export interface CoordinatorBatch__Output {
  'welcome': (_edgemesh_v1_Welcome__Output | null);
  'tasks': (_edgemesh_v1_TaskAssignment__Output)[];
  'commands': (_edgemesh_v1_CommandOrder__Output)[];
  'cancelled_commands': (string)[];
  'acknowledged': (_edgemesh_v1_TaskRef__Output)[];
  'closing': (boolean);
  'cancelled_tasks': (_edgemesh_v1_TaskRef__Output)[];
  'acknowledged_leases': (number)[];
  'model_orders': (_edgemesh_v1_ModelOrder__Output)[];
  'cancelled_model_orders': (string)[];
  'screen_orders': (_edgemesh_v1_ScreenOrder__Output)[];
  'cancelled_screen_orders': (string)[];
  'file_orders': (_edgemesh_v1_FileOrder__Output)[];
  'cancelled_file_orders': (string)[];
  'file_data': (_edgemesh_v1_FileData__Output)[];
  'file_credits': (_edgemesh_v1_FileCredit__Output)[];
  'removed_outputs': (_edgemesh_v1_OutputRemoval__Output)[];
}
