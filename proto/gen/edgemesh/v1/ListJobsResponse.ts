// Original file: mesh.proto

import type { JobSummary as _edgemesh_v1_JobSummary, JobSummary__Output as _edgemesh_v1_JobSummary__Output } from '../../edgemesh/v1/JobSummary.ts';

export interface ListJobsResponse {
  'jobs'?: (_edgemesh_v1_JobSummary)[];
  'next_page_token'?: (string);
}

export interface ListJobsResponse__Output {
  'jobs': (_edgemesh_v1_JobSummary__Output)[];
  'next_page_token': (string);
}
