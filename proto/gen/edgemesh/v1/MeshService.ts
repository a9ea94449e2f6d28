// Original file: mesh.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CalibrateRequest as _edgemesh_v1_CalibrateRequest, CalibrateRequest__Output as _edgemesh_v1_CalibrateRequest__Output } from '../../edgemesh/v1/CalibrateRequest.ts';
import type { CalibrateResponse as _edgemesh_v1_CalibrateResponse, CalibrateResponse__Output as _edgemesh_v1_CalibrateResponse__Output } from '../../edgemesh/v1/CalibrateResponse.ts';
import type { CoordinatorBatch as _edgemesh_v1_CoordinatorBatch, CoordinatorBatch__Output as _edgemesh_v1_CoordinatorBatch__Output } from '../../edgemesh/v1/CoordinatorBatch.ts';
import type { CostReportRequest as _edgemesh_v1_CostReportRequest, CostReportRequest__Output as _edgemesh_v1_CostReportRequest__Output } from '../../edgemesh/v1/CostReportRequest.ts';
import type { CostReportResponse as _edgemesh_v1_CostReportResponse, CostReportResponse__Output as _edgemesh_v1_CostReportResponse__Output } from '../../edgemesh/v1/CostReportResponse.ts';
import type { DeviceId as _edgemesh_DeviceId, DeviceId__Output as _edgemesh_DeviceId__Output } from '../../edgemesh/DeviceId.ts';
import type { Download as _edgemesh_v1_Download, Download__Output as _edgemesh_v1_Download__Output } from '../../edgemesh/v1/Download.ts';
import type { Empty as _edgemesh_Empty, Empty__Output as _edgemesh_Empty__Output } from '../../edgemesh/Empty.ts';
import type { FileDigestRequest as _edgemesh_v1_FileDigestRequest, FileDigestRequest__Output as _edgemesh_v1_FileDigestRequest__Output } from '../../edgemesh/v1/FileDigestRequest.ts';
import type { FileDigestResponse as _edgemesh_v1_FileDigestResponse, FileDigestResponse__Output as _edgemesh_v1_FileDigestResponse__Output } from '../../edgemesh/v1/FileDigestResponse.ts';
import type { GenerateEvent as _edgemesh_v1_GenerateEvent, GenerateEvent__Output as _edgemesh_v1_GenerateEvent__Output } from '../../edgemesh/v1/GenerateEvent.ts';
import type { GenerateRequest as _edgemesh_v1_GenerateRequest, GenerateRequest__Output as _edgemesh_v1_GenerateRequest__Output } from '../../edgemesh/v1/GenerateRequest.ts';
import type { JobId as _edgemesh_JobId, JobId__Output as _edgemesh_JobId__Output } from '../../edgemesh/JobId.ts';
import type { JobInfo as _edgemesh_JobInfo, JobInfo__Output as _edgemesh_JobInfo__Output } from '../../edgemesh/JobInfo.ts';
import type { JobSummary as _edgemesh_v1_JobSummary, JobSummary__Output as _edgemesh_v1_JobSummary__Output } from '../../edgemesh/v1/JobSummary.ts';
import type { JobUpdate as _edgemesh_v1_JobUpdate, JobUpdate__Output as _edgemesh_v1_JobUpdate__Output } from '../../edgemesh/v1/JobUpdate.ts';
import type { ListDeviceStatesRequest as _edgemesh_v1_ListDeviceStatesRequest, ListDeviceStatesRequest__Output as _edgemesh_v1_ListDeviceStatesRequest__Output } from '../../edgemesh/v1/ListDeviceStatesRequest.ts';
import type { ListDeviceStatesResponse as _edgemesh_v1_ListDeviceStatesResponse, ListDeviceStatesResponse__Output as _edgemesh_v1_ListDeviceStatesResponse__Output } from '../../edgemesh/v1/ListDeviceStatesResponse.ts';
import type { ListFilesRequest as _edgemesh_v1_ListFilesRequest, ListFilesRequest__Output as _edgemesh_v1_ListFilesRequest__Output } from '../../edgemesh/v1/ListFilesRequest.ts';
import type { ListFilesResponse as _edgemesh_v1_ListFilesResponse, ListFilesResponse__Output as _edgemesh_v1_ListFilesResponse__Output } from '../../edgemesh/v1/ListFilesResponse.ts';
import type { ListJobsRequest as _edgemesh_v1_ListJobsRequest, ListJobsRequest__Output as _edgemesh_v1_ListJobsRequest__Output } from '../../edgemesh/v1/ListJobsRequest.ts';
import type { ListJobsResponse as _edgemesh_v1_ListJobsResponse, ListJobsResponse__Output as _edgemesh_v1_ListJobsResponse__Output } from '../../edgemesh/v1/ListJobsResponse.ts';
import type { ListModelsRequest as _edgemesh_v1_ListModelsRequest, ListModelsRequest__Output as _edgemesh_v1_ListModelsRequest__Output } from '../../edgemesh/v1/ListModelsRequest.ts';
import type { ListModelsResponse as _edgemesh_v1_ListModelsResponse, ListModelsResponse__Output as _edgemesh_v1_ListModelsResponse__Output } from '../../edgemesh/v1/ListModelsResponse.ts';
import type { ListMonitorsResponse as _edgemesh_v1_ListMonitorsResponse, ListMonitorsResponse__Output as _edgemesh_v1_ListMonitorsResponse__Output } from '../../edgemesh/v1/ListMonitorsResponse.ts';
import type { ListTasksRequest as _edgemesh_v1_ListTasksRequest, ListTasksRequest__Output as _edgemesh_v1_ListTasksRequest__Output } from '../../edgemesh/v1/ListTasksRequest.ts';
import type { ListTasksResponse as _edgemesh_v1_ListTasksResponse, ListTasksResponse__Output as _edgemesh_v1_ListTasksResponse__Output } from '../../edgemesh/v1/ListTasksResponse.ts';
import type { OpenDownloadRequest as _edgemesh_v1_OpenDownloadRequest, OpenDownloadRequest__Output as _edgemesh_v1_OpenDownloadRequest__Output } from '../../edgemesh/v1/OpenDownloadRequest.ts';
import type { OpenUploadRequest as _edgemesh_v1_OpenUploadRequest, OpenUploadRequest__Output as _edgemesh_v1_OpenUploadRequest__Output } from '../../edgemesh/v1/OpenUploadRequest.ts';
import type { PlacementRequest as _edgemesh_v1_PlacementRequest, PlacementRequest__Output as _edgemesh_v1_PlacementRequest__Output } from '../../edgemesh/v1/PlacementRequest.ts';
import type { PlacementResponse as _edgemesh_v1_PlacementResponse, PlacementResponse__Output as _edgemesh_v1_PlacementResponse__Output } from '../../edgemesh/v1/PlacementResponse.ts';
import type { ScreenAnswer as _edgemesh_v1_ScreenAnswer, ScreenAnswer__Output as _edgemesh_v1_ScreenAnswer__Output } from '../../edgemesh/v1/ScreenAnswer.ts';
import type { ScreenStop as _edgemesh_v1_ScreenStop, ScreenStop__Output as _edgemesh_v1_ScreenStop__Output } from '../../edgemesh/v1/ScreenStop.ts';
import type { StartJobRequest as _edgemesh_v1_StartJobRequest, StartJobRequest__Output as _edgemesh_v1_StartJobRequest__Output } from '../../edgemesh/v1/StartJobRequest.ts';
import type { StartScreenRequest as _edgemesh_v1_StartScreenRequest, StartScreenRequest__Output as _edgemesh_v1_StartScreenRequest__Output } from '../../edgemesh/v1/StartScreenRequest.ts';
import type { StartScreenResponse as _edgemesh_v1_StartScreenResponse, StartScreenResponse__Output as _edgemesh_v1_StartScreenResponse__Output } from '../../edgemesh/v1/StartScreenResponse.ts';
import type { TaskOutputRequest as _edgemesh_v1_TaskOutputRequest, TaskOutputRequest__Output as _edgemesh_v1_TaskOutputRequest__Output } from '../../edgemesh/v1/TaskOutputRequest.ts';
import type { Upload as _edgemesh_v1_Upload, Upload__Output as _edgemesh_v1_Upload__Output } from '../../edgemesh/v1/Upload.ts';
import type { WatchJobRequest as _edgemesh_v1_WatchJobRequest, WatchJobRequest__Output as _edgemesh_v1_WatchJobRequest__Output } from '../../edgemesh/v1/WatchJobRequest.ts';
import type { WorkerBatch as _edgemesh_v1_WorkerBatch, WorkerBatch__Output as _edgemesh_v1_WorkerBatch__Output } from '../../edgemesh/v1/WorkerBatch.ts';

export interface MeshServiceClient extends grpc.Client {
  AnswerScreen(argument: _edgemesh_v1_ScreenAnswer, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  AnswerScreen(argument: _edgemesh_v1_ScreenAnswer, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  AnswerScreen(argument: _edgemesh_v1_ScreenAnswer, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  AnswerScreen(argument: _edgemesh_v1_ScreenAnswer, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  answerScreen(argument: _edgemesh_v1_ScreenAnswer, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  answerScreen(argument: _edgemesh_v1_ScreenAnswer, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  answerScreen(argument: _edgemesh_v1_ScreenAnswer, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  answerScreen(argument: _edgemesh_v1_ScreenAnswer, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  
  Attach(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch__Output>;
  Attach(options?: grpc.CallOptions): grpc.ClientDuplexStream<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch__Output>;
  attach(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch__Output>;
  attach(options?: grpc.CallOptions): grpc.ClientDuplexStream<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch__Output>;
  
  Calibrate(argument: _edgemesh_v1_CalibrateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_CalibrateResponse__Output>): grpc.ClientUnaryCall;
  Calibrate(argument: _edgemesh_v1_CalibrateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_CalibrateResponse__Output>): grpc.ClientUnaryCall;
  Calibrate(argument: _edgemesh_v1_CalibrateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_CalibrateResponse__Output>): grpc.ClientUnaryCall;
  Calibrate(argument: _edgemesh_v1_CalibrateRequest, callback: grpc.requestCallback<_edgemesh_v1_CalibrateResponse__Output>): grpc.ClientUnaryCall;
  calibrate(argument: _edgemesh_v1_CalibrateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_CalibrateResponse__Output>): grpc.ClientUnaryCall;
  calibrate(argument: _edgemesh_v1_CalibrateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_CalibrateResponse__Output>): grpc.ClientUnaryCall;
  calibrate(argument: _edgemesh_v1_CalibrateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_CalibrateResponse__Output>): grpc.ClientUnaryCall;
  calibrate(argument: _edgemesh_v1_CalibrateRequest, callback: grpc.requestCallback<_edgemesh_v1_CalibrateResponse__Output>): grpc.ClientUnaryCall;
  
  CancelJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_JobSummary__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_JobSummary__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _edgemesh_JobId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_JobSummary__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _edgemesh_JobId, callback: grpc.requestCallback<_edgemesh_v1_JobSummary__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_JobSummary__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_JobSummary__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _edgemesh_JobId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_JobSummary__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _edgemesh_JobId, callback: grpc.requestCallback<_edgemesh_v1_JobSummary__Output>): grpc.ClientUnaryCall;
  
  CostReport(argument: _edgemesh_v1_CostReportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_CostReportResponse__Output>): grpc.ClientUnaryCall;
  CostReport(argument: _edgemesh_v1_CostReportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_CostReportResponse__Output>): grpc.ClientUnaryCall;
  CostReport(argument: _edgemesh_v1_CostReportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_CostReportResponse__Output>): grpc.ClientUnaryCall;
  CostReport(argument: _edgemesh_v1_CostReportRequest, callback: grpc.requestCallback<_edgemesh_v1_CostReportResponse__Output>): grpc.ClientUnaryCall;
  costReport(argument: _edgemesh_v1_CostReportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_CostReportResponse__Output>): grpc.ClientUnaryCall;
  costReport(argument: _edgemesh_v1_CostReportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_CostReportResponse__Output>): grpc.ClientUnaryCall;
  costReport(argument: _edgemesh_v1_CostReportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_CostReportResponse__Output>): grpc.ClientUnaryCall;
  costReport(argument: _edgemesh_v1_CostReportRequest, callback: grpc.requestCallback<_edgemesh_v1_CostReportResponse__Output>): grpc.ClientUnaryCall;
  
  DeleteJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  DeleteJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  DeleteJob(argument: _edgemesh_JobId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  DeleteJob(argument: _edgemesh_JobId, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  deleteJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  deleteJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  deleteJob(argument: _edgemesh_JobId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  deleteJob(argument: _edgemesh_JobId, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  
  FileDigest(argument: _edgemesh_v1_FileDigestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_FileDigestResponse__Output>): grpc.ClientUnaryCall;
  FileDigest(argument: _edgemesh_v1_FileDigestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_FileDigestResponse__Output>): grpc.ClientUnaryCall;
  FileDigest(argument: _edgemesh_v1_FileDigestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_FileDigestResponse__Output>): grpc.ClientUnaryCall;
  FileDigest(argument: _edgemesh_v1_FileDigestRequest, callback: grpc.requestCallback<_edgemesh_v1_FileDigestResponse__Output>): grpc.ClientUnaryCall;
  fileDigest(argument: _edgemesh_v1_FileDigestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_FileDigestResponse__Output>): grpc.ClientUnaryCall;
  fileDigest(argument: _edgemesh_v1_FileDigestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_FileDigestResponse__Output>): grpc.ClientUnaryCall;
  fileDigest(argument: _edgemesh_v1_FileDigestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_FileDigestResponse__Output>): grpc.ClientUnaryCall;
  fileDigest(argument: _edgemesh_v1_FileDigestRequest, callback: grpc.requestCallback<_edgemesh_v1_FileDigestResponse__Output>): grpc.ClientUnaryCall;
  
  Generate(argument: _edgemesh_v1_GenerateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_edgemesh_v1_GenerateEvent__Output>;
  Generate(argument: _edgemesh_v1_GenerateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_edgemesh_v1_GenerateEvent__Output>;
  generate(argument: _edgemesh_v1_GenerateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_edgemesh_v1_GenerateEvent__Output>;
  generate(argument: _edgemesh_v1_GenerateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_edgemesh_v1_GenerateEvent__Output>;
  
  ListDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  listDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  listDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  listDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  listDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  
  ListFiles(argument: _edgemesh_v1_ListFilesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  ListFiles(argument: _edgemesh_v1_ListFilesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  ListFiles(argument: _edgemesh_v1_ListFilesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  ListFiles(argument: _edgemesh_v1_ListFilesRequest, callback: grpc.requestCallback<_edgemesh_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  listFiles(argument: _edgemesh_v1_ListFilesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  listFiles(argument: _edgemesh_v1_ListFilesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  listFiles(argument: _edgemesh_v1_ListFilesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  listFiles(argument: _edgemesh_v1_ListFilesRequest, callback: grpc.requestCallback<_edgemesh_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  
  ListJobs(argument: _edgemesh_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _edgemesh_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _edgemesh_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _edgemesh_v1_ListJobsRequest, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _edgemesh_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _edgemesh_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _edgemesh_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _edgemesh_v1_ListJobsRequest, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  
  ListModels(argument: _edgemesh_v1_ListModelsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _edgemesh_v1_ListModelsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _edgemesh_v1_ListModelsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _edgemesh_v1_ListModelsRequest, callback: grpc.requestCallback<_edgemesh_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _edgemesh_v1_ListModelsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _edgemesh_v1_ListModelsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _edgemesh_v1_ListModelsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _edgemesh_v1_ListModelsRequest, callback: grpc.requestCallback<_edgemesh_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  
  ListMonitors(argument: _edgemesh_DeviceId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListMonitorsResponse__Output>): grpc.ClientUnaryCall;
  ListMonitors(argument: _edgemesh_DeviceId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListMonitorsResponse__Output>): grpc.ClientUnaryCall;
  ListMonitors(argument: _edgemesh_DeviceId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListMonitorsResponse__Output>): grpc.ClientUnaryCall;
  ListMonitors(argument: _edgemesh_DeviceId, callback: grpc.requestCallback<_edgemesh_v1_ListMonitorsResponse__Output>): grpc.ClientUnaryCall;
  listMonitors(argument: _edgemesh_DeviceId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListMonitorsResponse__Output>): grpc.ClientUnaryCall;
  listMonitors(argument: _edgemesh_DeviceId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListMonitorsResponse__Output>): grpc.ClientUnaryCall;
  listMonitors(argument: _edgemesh_DeviceId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListMonitorsResponse__Output>): grpc.ClientUnaryCall;
  listMonitors(argument: _edgemesh_DeviceId, callback: grpc.requestCallback<_edgemesh_v1_ListMonitorsResponse__Output>): grpc.ClientUnaryCall;
  
  ListTasks(argument: _edgemesh_v1_ListTasksRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListTasksResponse__Output>): grpc.ClientUnaryCall;
  ListTasks(argument: _edgemesh_v1_ListTasksRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListTasksResponse__Output>): grpc.ClientUnaryCall;
  ListTasks(argument: _edgemesh_v1_ListTasksRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListTasksResponse__Output>): grpc.ClientUnaryCall;
  ListTasks(argument: _edgemesh_v1_ListTasksRequest, callback: grpc.requestCallback<_edgemesh_v1_ListTasksResponse__Output>): grpc.ClientUnaryCall;
  listTasks(argument: _edgemesh_v1_ListTasksRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListTasksResponse__Output>): grpc.ClientUnaryCall;
  listTasks(argument: _edgemesh_v1_ListTasksRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListTasksResponse__Output>): grpc.ClientUnaryCall;
  listTasks(argument: _edgemesh_v1_ListTasksRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListTasksResponse__Output>): grpc.ClientUnaryCall;
  listTasks(argument: _edgemesh_v1_ListTasksRequest, callback: grpc.requestCallback<_edgemesh_v1_ListTasksResponse__Output>): grpc.ClientUnaryCall;
  
  OpenDownload(argument: _edgemesh_v1_OpenDownloadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  OpenDownload(argument: _edgemesh_v1_OpenDownloadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  OpenDownload(argument: _edgemesh_v1_OpenDownloadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  OpenDownload(argument: _edgemesh_v1_OpenDownloadRequest, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  openDownload(argument: _edgemesh_v1_OpenDownloadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  openDownload(argument: _edgemesh_v1_OpenDownloadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  openDownload(argument: _edgemesh_v1_OpenDownloadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  openDownload(argument: _edgemesh_v1_OpenDownloadRequest, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  
  OpenTaskOutput(argument: _edgemesh_v1_TaskOutputRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  OpenTaskOutput(argument: _edgemesh_v1_TaskOutputRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  OpenTaskOutput(argument: _edgemesh_v1_TaskOutputRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  OpenTaskOutput(argument: _edgemesh_v1_TaskOutputRequest, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  openTaskOutput(argument: _edgemesh_v1_TaskOutputRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  openTaskOutput(argument: _edgemesh_v1_TaskOutputRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  openTaskOutput(argument: _edgemesh_v1_TaskOutputRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  openTaskOutput(argument: _edgemesh_v1_TaskOutputRequest, callback: grpc.requestCallback<_edgemesh_v1_Download__Output>): grpc.ClientUnaryCall;
  
  OpenUpload(argument: _edgemesh_v1_OpenUploadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Upload__Output>): grpc.ClientUnaryCall;
  OpenUpload(argument: _edgemesh_v1_OpenUploadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_Upload__Output>): grpc.ClientUnaryCall;
  OpenUpload(argument: _edgemesh_v1_OpenUploadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Upload__Output>): grpc.ClientUnaryCall;
  OpenUpload(argument: _edgemesh_v1_OpenUploadRequest, callback: grpc.requestCallback<_edgemesh_v1_Upload__Output>): grpc.ClientUnaryCall;
  openUpload(argument: _edgemesh_v1_OpenUploadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Upload__Output>): grpc.ClientUnaryCall;
  openUpload(argument: _edgemesh_v1_OpenUploadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_Upload__Output>): grpc.ClientUnaryCall;
  openUpload(argument: _edgemesh_v1_OpenUploadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_Upload__Output>): grpc.ClientUnaryCall;
  openUpload(argument: _edgemesh_v1_OpenUploadRequest, callback: grpc.requestCallback<_edgemesh_v1_Upload__Output>): grpc.ClientUnaryCall;
  
  PreviewPlacement(argument: _edgemesh_v1_PlacementRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_PlacementResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlacement(argument: _edgemesh_v1_PlacementRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_PlacementResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlacement(argument: _edgemesh_v1_PlacementRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_PlacementResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlacement(argument: _edgemesh_v1_PlacementRequest, callback: grpc.requestCallback<_edgemesh_v1_PlacementResponse__Output>): grpc.ClientUnaryCall;
  previewPlacement(argument: _edgemesh_v1_PlacementRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_PlacementResponse__Output>): grpc.ClientUnaryCall;
  previewPlacement(argument: _edgemesh_v1_PlacementRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_PlacementResponse__Output>): grpc.ClientUnaryCall;
  previewPlacement(argument: _edgemesh_v1_PlacementRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_PlacementResponse__Output>): grpc.ClientUnaryCall;
  previewPlacement(argument: _edgemesh_v1_PlacementRequest, callback: grpc.requestCallback<_edgemesh_v1_PlacementResponse__Output>): grpc.ClientUnaryCall;
  
  StartJob(argument: _edgemesh_v1_StartJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  StartJob(argument: _edgemesh_v1_StartJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  StartJob(argument: _edgemesh_v1_StartJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  StartJob(argument: _edgemesh_v1_StartJobRequest, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  startJob(argument: _edgemesh_v1_StartJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  startJob(argument: _edgemesh_v1_StartJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  startJob(argument: _edgemesh_v1_StartJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  startJob(argument: _edgemesh_v1_StartJobRequest, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  
  StartScreen(argument: _edgemesh_v1_StartScreenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_StartScreenResponse__Output>): grpc.ClientUnaryCall;
  StartScreen(argument: _edgemesh_v1_StartScreenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_StartScreenResponse__Output>): grpc.ClientUnaryCall;
  StartScreen(argument: _edgemesh_v1_StartScreenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_StartScreenResponse__Output>): grpc.ClientUnaryCall;
  StartScreen(argument: _edgemesh_v1_StartScreenRequest, callback: grpc.requestCallback<_edgemesh_v1_StartScreenResponse__Output>): grpc.ClientUnaryCall;
  startScreen(argument: _edgemesh_v1_StartScreenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_StartScreenResponse__Output>): grpc.ClientUnaryCall;
  startScreen(argument: _edgemesh_v1_StartScreenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_StartScreenResponse__Output>): grpc.ClientUnaryCall;
  startScreen(argument: _edgemesh_v1_StartScreenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_StartScreenResponse__Output>): grpc.ClientUnaryCall;
  startScreen(argument: _edgemesh_v1_StartScreenRequest, callback: grpc.requestCallback<_edgemesh_v1_StartScreenResponse__Output>): grpc.ClientUnaryCall;
  
  StopScreen(argument: _edgemesh_v1_ScreenStop, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  StopScreen(argument: _edgemesh_v1_ScreenStop, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  StopScreen(argument: _edgemesh_v1_ScreenStop, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  StopScreen(argument: _edgemesh_v1_ScreenStop, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  stopScreen(argument: _edgemesh_v1_ScreenStop, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  stopScreen(argument: _edgemesh_v1_ScreenStop, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  stopScreen(argument: _edgemesh_v1_ScreenStop, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  stopScreen(argument: _edgemesh_v1_ScreenStop, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  
  WatchJob(argument: _edgemesh_v1_WatchJobRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_edgemesh_v1_JobUpdate__Output>;
  WatchJob(argument: _edgemesh_v1_WatchJobRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_edgemesh_v1_JobUpdate__Output>;
  watchJob(argument: _edgemesh_v1_WatchJobRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_edgemesh_v1_JobUpdate__Output>;
  watchJob(argument: _edgemesh_v1_WatchJobRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_edgemesh_v1_JobUpdate__Output>;
  
}

export interface MeshServiceHandlers extends grpc.UntypedServiceImplementation {
  AnswerScreen: grpc.handleUnaryCall<_edgemesh_v1_ScreenAnswer__Output, _edgemesh_Empty>;
  
  Attach: grpc.handleBidiStreamingCall<_edgemesh_v1_WorkerBatch__Output, _edgemesh_v1_CoordinatorBatch>;
  
  Calibrate: grpc.handleUnaryCall<_edgemesh_v1_CalibrateRequest__Output, _edgemesh_v1_CalibrateResponse>;
  
  CancelJob: grpc.handleUnaryCall<_edgemesh_JobId__Output, _edgemesh_v1_JobSummary>;
  
  CostReport: grpc.handleUnaryCall<_edgemesh_v1_CostReportRequest__Output, _edgemesh_v1_CostReportResponse>;
  
  DeleteJob: grpc.handleUnaryCall<_edgemesh_JobId__Output, _edgemesh_Empty>;
  
  FileDigest: grpc.handleUnaryCall<_edgemesh_v1_FileDigestRequest__Output, _edgemesh_v1_FileDigestResponse>;
  
  Generate: grpc.handleServerStreamingCall<_edgemesh_v1_GenerateRequest__Output, _edgemesh_v1_GenerateEvent>;
  
  ListDeviceStates: grpc.handleUnaryCall<_edgemesh_v1_ListDeviceStatesRequest__Output, _edgemesh_v1_ListDeviceStatesResponse>;
  
  ListFiles: grpc.handleUnaryCall<_edgemesh_v1_ListFilesRequest__Output, _edgemesh_v1_ListFilesResponse>;
  
  ListJobs: grpc.handleUnaryCall<_edgemesh_v1_ListJobsRequest__Output, _edgemesh_v1_ListJobsResponse>;
  
  ListModels: grpc.handleUnaryCall<_edgemesh_v1_ListModelsRequest__Output, _edgemesh_v1_ListModelsResponse>;
  
  ListMonitors: grpc.handleUnaryCall<_edgemesh_DeviceId__Output, _edgemesh_v1_ListMonitorsResponse>;
  
  ListTasks: grpc.handleUnaryCall<_edgemesh_v1_ListTasksRequest__Output, _edgemesh_v1_ListTasksResponse>;
  
  OpenDownload: grpc.handleUnaryCall<_edgemesh_v1_OpenDownloadRequest__Output, _edgemesh_v1_Download>;
  
  OpenTaskOutput: grpc.handleUnaryCall<_edgemesh_v1_TaskOutputRequest__Output, _edgemesh_v1_Download>;
  
  OpenUpload: grpc.handleUnaryCall<_edgemesh_v1_OpenUploadRequest__Output, _edgemesh_v1_Upload>;
  
  PreviewPlacement: grpc.handleUnaryCall<_edgemesh_v1_PlacementRequest__Output, _edgemesh_v1_PlacementResponse>;
  
  StartJob: grpc.handleUnaryCall<_edgemesh_v1_StartJobRequest__Output, _edgemesh_JobInfo>;
  
  StartScreen: grpc.handleUnaryCall<_edgemesh_v1_StartScreenRequest__Output, _edgemesh_v1_StartScreenResponse>;
  
  StopScreen: grpc.handleUnaryCall<_edgemesh_v1_ScreenStop__Output, _edgemesh_Empty>;
  
  WatchJob: grpc.handleServerStreamingCall<_edgemesh_v1_WatchJobRequest__Output, _edgemesh_v1_JobUpdate>;
  
}

export interface MeshServiceDefinition extends grpc.ServiceDefinition {
  AnswerScreen: MethodDefinition<_edgemesh_v1_ScreenAnswer, _edgemesh_Empty, _edgemesh_v1_ScreenAnswer__Output, _edgemesh_Empty__Output>
  Attach: MethodDefinition<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch, _edgemesh_v1_WorkerBatch__Output, _edgemesh_v1_CoordinatorBatch__Output>
  Calibrate: MethodDefinition<_edgemesh_v1_CalibrateRequest, _edgemesh_v1_CalibrateResponse, _edgemesh_v1_CalibrateRequest__Output, _edgemesh_v1_CalibrateResponse__Output>
  CancelJob: MethodDefinition<_edgemesh_JobId, _edgemesh_v1_JobSummary, _edgemesh_JobId__Output, _edgemesh_v1_JobSummary__Output>
  CostReport: MethodDefinition<_edgemesh_v1_CostReportRequest, _edgemesh_v1_CostReportResponse, _edgemesh_v1_CostReportRequest__Output, _edgemesh_v1_CostReportResponse__Output>
  DeleteJob: MethodDefinition<_edgemesh_JobId, _edgemesh_Empty, _edgemesh_JobId__Output, _edgemesh_Empty__Output>
  FileDigest: MethodDefinition<_edgemesh_v1_FileDigestRequest, _edgemesh_v1_FileDigestResponse, _edgemesh_v1_FileDigestRequest__Output, _edgemesh_v1_FileDigestResponse__Output>
  Generate: MethodDefinition<_edgemesh_v1_GenerateRequest, _edgemesh_v1_GenerateEvent, _edgemesh_v1_GenerateRequest__Output, _edgemesh_v1_GenerateEvent__Output>
  ListDeviceStates: MethodDefinition<_edgemesh_v1_ListDeviceStatesRequest, _edgemesh_v1_ListDeviceStatesResponse, _edgemesh_v1_ListDeviceStatesRequest__Output, _edgemesh_v1_ListDeviceStatesResponse__Output>
  ListFiles: MethodDefinition<_edgemesh_v1_ListFilesRequest, _edgemesh_v1_ListFilesResponse, _edgemesh_v1_ListFilesRequest__Output, _edgemesh_v1_ListFilesResponse__Output>
  ListJobs: MethodDefinition<_edgemesh_v1_ListJobsRequest, _edgemesh_v1_ListJobsResponse, _edgemesh_v1_ListJobsRequest__Output, _edgemesh_v1_ListJobsResponse__Output>
  ListModels: MethodDefinition<_edgemesh_v1_ListModelsRequest, _edgemesh_v1_ListModelsResponse, _edgemesh_v1_ListModelsRequest__Output, _edgemesh_v1_ListModelsResponse__Output>
  ListMonitors: MethodDefinition<_edgemesh_DeviceId, _edgemesh_v1_ListMonitorsResponse, _edgemesh_DeviceId__Output, _edgemesh_v1_ListMonitorsResponse__Output>
  ListTasks: MethodDefinition<_edgemesh_v1_ListTasksRequest, _edgemesh_v1_ListTasksResponse, _edgemesh_v1_ListTasksRequest__Output, _edgemesh_v1_ListTasksResponse__Output>
  OpenDownload: MethodDefinition<_edgemesh_v1_OpenDownloadRequest, _edgemesh_v1_Download, _edgemesh_v1_OpenDownloadRequest__Output, _edgemesh_v1_Download__Output>
  OpenTaskOutput: MethodDefinition<_edgemesh_v1_TaskOutputRequest, _edgemesh_v1_Download, _edgemesh_v1_TaskOutputRequest__Output, _edgemesh_v1_Download__Output>
  OpenUpload: MethodDefinition<_edgemesh_v1_OpenUploadRequest, _edgemesh_v1_Upload, _edgemesh_v1_OpenUploadRequest__Output, _edgemesh_v1_Upload__Output>
  PreviewPlacement: MethodDefinition<_edgemesh_v1_PlacementRequest, _edgemesh_v1_PlacementResponse, _edgemesh_v1_PlacementRequest__Output, _edgemesh_v1_PlacementResponse__Output>
  StartJob: MethodDefinition<_edgemesh_v1_StartJobRequest, _edgemesh_JobInfo, _edgemesh_v1_StartJobRequest__Output, _edgemesh_JobInfo__Output>
  StartScreen: MethodDefinition<_edgemesh_v1_StartScreenRequest, _edgemesh_v1_StartScreenResponse, _edgemesh_v1_StartScreenRequest__Output, _edgemesh_v1_StartScreenResponse__Output>
  StopScreen: MethodDefinition<_edgemesh_v1_ScreenStop, _edgemesh_Empty, _edgemesh_v1_ScreenStop__Output, _edgemesh_Empty__Output>
  WatchJob: MethodDefinition<_edgemesh_v1_WatchJobRequest, _edgemesh_v1_JobUpdate, _edgemesh_v1_WatchJobRequest__Output, _edgemesh_v1_JobUpdate__Output>
}
