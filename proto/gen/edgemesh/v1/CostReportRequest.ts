// Original file: mesh.proto


export interface CostReportRequest {
  'device_id'?: (string);
  'model'?: (string);
}

export interface CostReportRequest__Output {
  'device_id': (string);
  'model': (string);
}
