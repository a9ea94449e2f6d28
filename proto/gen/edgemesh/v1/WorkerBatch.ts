// Original file: mesh.proto

import type { Hello as _edgemesh_v1_Hello, Hello__Output as _edgemesh_v1_Hello__Output } from '../../edgemesh/v1/Hello.ts';
import type { StatusSample as _edgemesh_v1_StatusSample, StatusSample__Output as _edgemesh_v1_StatusSample__Output } from '../../edgemesh/v1/StatusSample.ts';
import type { TaskOutcome as _edgemesh_v1_TaskOutcome, TaskOutcome__Output as _edgemesh_v1_TaskOutcome__Output } from '../../edgemesh/v1/TaskOutcome.ts';
import type { CommandOutcome as _edgemesh_v1_CommandOutcome, CommandOutcome__Output as _edgemesh_v1_CommandOutcome__Output } from '../../edgemesh/v1/CommandOutcome.ts';
import type { ModelAnswer as _edgemesh_v1_ModelAnswer, ModelAnswer__Output as _edgemesh_v1_ModelAnswer__Output } from '../../edgemesh/v1/ModelAnswer.ts';
import type { ModelReport as _edgemesh_v1_ModelReport, ModelReport__Output as _edgemesh_v1_ModelReport__Output } from '../../edgemesh/v1/ModelReport.ts';
import type { ModelLoad as _edgemesh_v1_ModelLoad, ModelLoad__Output as _edgemesh_v1_ModelLoad__Output } from '../../edgemesh/v1/ModelLoad.ts';
import type { ScreenReply as _edgemesh_v1_ScreenReply, ScreenReply__Output as _edgemesh_v1_ScreenReply__Output } from '../../edgemesh/v1/ScreenReply.ts';
import type { ScreenReport as _edgemesh_v1_ScreenReport, ScreenReport__Output as _edgemesh_v1_ScreenReport__Output } from '../../edgemesh/v1/ScreenReport.ts';
import type { FileAnswer as _edgemesh_v1_FileAnswer, FileAnswer__Output as _edgemesh_v1_FileAnswer__Output } from '../../edgemesh/v1/FileAnswer.ts';
import type { FileData as _edgemesh_v1_FileData, FileData__Output as _edgemesh_v1_FileData__Output } from '../../edgemesh/v1/FileData.ts';
import type { FileCredit as _edgemesh_v1_FileCredit, FileCredit__Output as _edgemesh_v1_FileCredit__Output } from '../../edgemesh/v1/FileCredit.ts';
import type { FileReport as _edgemesh_v1_FileReport, FileReport__Output as _edgemesh_v1_FileReport__Output } from '../../edgemesh/v1/FileReport.ts';

export interface WorkerBatch {
  'hello'?: (_edgemesh_v1_Hello | null);
  'sample'?: (_edgemesh_v1_StatusSample | null);
  'credits'?: (number);
  'outcomes'?: (_edgemesh_v1_TaskOutcome)[];
  'command_outcomes'?: (_edgemesh_v1_CommandOutcome)[];
  'leaving'?: (boolean);
  'model_answers'?: (_edgemesh_v1_ModelAnswer)[];
  'models'?: (_edgemesh_v1_ModelReport | null);
  'model_load'?: (_edgemesh_v1_ModelLoad | null);
  'screen_replies'?: (_edgemesh_v1_ScreenReply)[];
  'screens'?: (_edgemesh_v1_ScreenReport | null);
  'file_answers'?: (_edgemesh_v1_FileAnswer)[];
  'file_data'?: (_edgemesh_v1_FileData)[];
  'file_credits'?: (_edgemesh_v1_FileCredit)[];
  'files'?: (_edgemesh_v1_FileReport | null);
}

export interface WorkerBatch__Output {
  'hello': (_edgemesh_v1_Hello__Output | null);
  'sample': (_edgemesh_v1_StatusSample__Output | null);
  'credits': (number);
  'outcomes': (_edgemesh_v1_TaskOutcome__Output)[];
  'command_outcomes': (_edgemesh_v1_CommandOutcome__Output)[];
  'leaving': (boolean);
  'model_answers': (_edgemesh_v1_ModelAnswer__Output)[];
  'models': (_edgemesh_v1_ModelReport__Output | null);
  'model_load': (_edgemesh_v1_ModelLoad__Output | null);
  'screen_replies': (_edgemesh_v1_ScreenReply__Output)[];
  'screens': (_edgemesh_v1_ScreenReport__Output | null);
  'file_answers': (_edgemesh_v1_FileAnswer__Output)[];
  'file_data': (_edgemesh_v1_FileData__Output)[];
  'file_credits': (_edgemesh_v1_FileCredit__Output)[];
  'files': (_edgemesh_v1_FileReport__Output | null);
}
