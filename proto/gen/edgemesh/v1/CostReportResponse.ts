// Original file: mesh.proto

import type { CostError as _edgemesh_v1_CostError, CostError__Output as _edgemesh_v1_CostError__Output } from '../../edgemesh/v1/CostError.ts';

export interface CostReportResponse {
  'errors'?: (_edgemesh_v1_CostError)[];
}

export interface CostReportResponse__Output {
  'errors': (_edgemesh_v1_CostError__Output)[];
}
