import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AuthRequest as _edgemesh_AuthRequest, AuthRequest__Output as _edgemesh_AuthRequest__Output } from './edgemesh/AuthRequest.ts';
import type { CommandRequest as _edgemesh_CommandRequest, CommandRequest__Output as _edgemesh_CommandRequest__Output } from './edgemesh/CommandRequest.ts';
import type { CommandResponse as _edgemesh_CommandResponse, CommandResponse__Output as _edgemesh_CommandResponse__Output } from './edgemesh/CommandResponse.ts';
import type { DeviceAck as _edgemesh_DeviceAck, DeviceAck__Output as _edgemesh_DeviceAck__Output } from './edgemesh/DeviceAck.ts';
import type { DeviceCostEstimate as _edgemesh_DeviceCostEstimate, DeviceCostEstimate__Output as _edgemesh_DeviceCostEstimate__Output } from './edgemesh/DeviceCostEstimate.ts';
import type { DeviceId as _edgemesh_DeviceId, DeviceId__Output as _edgemesh_DeviceId__Output } from './edgemesh/DeviceId.ts';
import type { DeviceInfo as _edgemesh_DeviceInfo, DeviceInfo__Output as _edgemesh_DeviceInfo__Output } from './edgemesh/DeviceInfo.ts';
import type { DeviceStatus as _edgemesh_DeviceStatus, DeviceStatus__Output as _edgemesh_DeviceStatus__Output } from './edgemesh/DeviceStatus.ts';
import type { DownloadTicket as _edgemesh_DownloadTicket, DownloadTicket__Output as _edgemesh_DownloadTicket__Output } from './edgemesh/DownloadTicket.ts';
import type { DownloadTicketRequest as _edgemesh_DownloadTicketRequest, DownloadTicketRequest__Output as _edgemesh_DownloadTicketRequest__Output } from './edgemesh/DownloadTicketRequest.ts';
import type { Empty as _edgemesh_Empty, Empty__Output as _edgemesh_Empty__Output } from './edgemesh/Empty.ts';
import type { HealthStatus as _edgemesh_HealthStatus, HealthStatus__Output as _edgemesh_HealthStatus__Output } from './edgemesh/HealthStatus.ts';
import type { JobId as _edgemesh_JobId, JobId__Output as _edgemesh_JobId__Output } from './edgemesh/JobId.ts';
import type { JobInfo as _edgemesh_JobInfo, JobInfo__Output as _edgemesh_JobInfo__Output } from './edgemesh/JobInfo.ts';
import type { JobRequest as _edgemesh_JobRequest, JobRequest__Output as _edgemesh_JobRequest__Output } from './edgemesh/JobRequest.ts';
import type { JobStatus as _edgemesh_JobStatus, JobStatus__Output as _edgemesh_JobStatus__Output } from './edgemesh/JobStatus.ts';
import type { LLMTaskRequest as _edgemesh_LLMTaskRequest, LLMTaskRequest__Output as _edgemesh_LLMTaskRequest__Output } from './edgemesh/LLMTaskRequest.ts';
import type { LLMTaskResponse as _edgemesh_LLMTaskResponse, LLMTaskResponse__Output as _edgemesh_LLMTaskResponse__Output } from './edgemesh/LLMTaskResponse.ts';
import type { ListDevicesRequest as _edgemesh_ListDevicesRequest, ListDevicesRequest__Output as _edgemesh_ListDevicesRequest__Output } from './edgemesh/ListDevicesRequest.ts';
import type { ListDevicesResponse as _edgemesh_ListDevicesResponse, ListDevicesResponse__Output as _edgemesh_ListDevicesResponse__Output } from './edgemesh/ListDevicesResponse.ts';
import type { OrchestratorServiceClient as _edgemesh_OrchestratorServiceClient, OrchestratorServiceDefinition as _edgemesh_OrchestratorServiceDefinition } from './edgemesh/OrchestratorService.ts';
import type { Plan as _edgemesh_Plan, Plan__Output as _edgemesh_Plan__Output } from './edgemesh/Plan.ts';
import type { PlanCostRequest as _edgemesh_PlanCostRequest, PlanCostRequest__Output as _edgemesh_PlanCostRequest__Output } from './edgemesh/PlanCostRequest.ts';
import type { PlanCostResponse as _edgemesh_PlanCostResponse, PlanCostResponse__Output as _edgemesh_PlanCostResponse__Output } from './edgemesh/PlanCostResponse.ts';
import type { PlanPreviewRequest as _edgemesh_PlanPreviewRequest, PlanPreviewRequest__Output as _edgemesh_PlanPreviewRequest__Output } from './edgemesh/PlanPreviewRequest.ts';
import type { PlanPreviewResponse as _edgemesh_PlanPreviewResponse, PlanPreviewResponse__Output as _edgemesh_PlanPreviewResponse__Output } from './edgemesh/PlanPreviewResponse.ts';
import type { ReduceSpec as _edgemesh_ReduceSpec, ReduceSpec__Output as _edgemesh_ReduceSpec__Output } from './edgemesh/ReduceSpec.ts';
import type { RoutedCommandRequest as _edgemesh_RoutedCommandRequest, RoutedCommandRequest__Output as _edgemesh_RoutedCommandRequest__Output } from './edgemesh/RoutedCommandRequest.ts';
import type { RoutedCommandResponse as _edgemesh_RoutedCommandResponse, RoutedCommandResponse__Output as _edgemesh_RoutedCommandResponse__Output } from './edgemesh/RoutedCommandResponse.ts';
import type { RoutingPolicy as _edgemesh_RoutingPolicy, RoutingPolicy__Output as _edgemesh_RoutingPolicy__Output } from './edgemesh/RoutingPolicy.ts';
import type { SessionInfo as _edgemesh_SessionInfo, SessionInfo__Output as _edgemesh_SessionInfo__Output } from './edgemesh/SessionInfo.ts';
import type { StepCostEstimate as _edgemesh_StepCostEstimate, StepCostEstimate__Output as _edgemesh_StepCostEstimate__Output } from './edgemesh/StepCostEstimate.ts';
import type { TaskGroup as _edgemesh_TaskGroup, TaskGroup__Output as _edgemesh_TaskGroup__Output } from './edgemesh/TaskGroup.ts';
import type { TaskRequest as _edgemesh_TaskRequest, TaskRequest__Output as _edgemesh_TaskRequest__Output } from './edgemesh/TaskRequest.ts';
import type { TaskResult as _edgemesh_TaskResult, TaskResult__Output as _edgemesh_TaskResult__Output } from './edgemesh/TaskResult.ts';
import type { TaskSpec as _edgemesh_TaskSpec, TaskSpec__Output as _edgemesh_TaskSpec__Output } from './edgemesh/TaskSpec.ts';
import type { TaskStatus as _edgemesh_TaskStatus, TaskStatus__Output as _edgemesh_TaskStatus__Output } from './edgemesh/TaskStatus.ts';
import type { WebRTCAnswer as _edgemesh_WebRTCAnswer, WebRTCAnswer__Output as _edgemesh_WebRTCAnswer__Output } from './edgemesh/WebRTCAnswer.ts';
import type { WebRTCConfig as _edgemesh_WebRTCConfig, WebRTCConfig__Output as _edgemesh_WebRTCConfig__Output } from './edgemesh/WebRTCConfig.ts';
import type { WebRTCOffer as _edgemesh_WebRTCOffer, WebRTCOffer__Output as _edgemesh_WebRTCOffer__Output } from './edgemesh/WebRTCOffer.ts';
import type { WebRTCStop as _edgemesh_WebRTCStop, WebRTCStop__Output as _edgemesh_WebRTCStop__Output } from './edgemesh/WebRTCStop.ts';
import type { CalibrateRequest as _edgemesh_v1_CalibrateRequest, CalibrateRequest__Output as _edgemesh_v1_CalibrateRequest__Output } from './edgemesh/v1/CalibrateRequest.ts';
import type { CalibrateResponse as _edgemesh_v1_CalibrateResponse, CalibrateResponse__Output as _edgemesh_v1_CalibrateResponse__Output } from './edgemesh/v1/CalibrateResponse.ts';
import type { ChatMessage as _edgemesh_v1_ChatMessage, ChatMessage__Output as _edgemesh_v1_ChatMessage__Output } from './edgemesh/v1/ChatMessage.ts';
import type { CommandOrder as _edgemesh_v1_CommandOrder, CommandOrder__Output as _edgemesh_v1_CommandOrder__Output } from './edgemesh/v1/CommandOrder.ts';
import type { CommandOutcome as _edgemesh_v1_CommandOutcome, CommandOutcome__Output as _edgemesh_v1_CommandOutcome__Output } from './edgemesh/v1/CommandOutcome.ts';
import type { CoordinatorBatch as _edgemesh_v1_CoordinatorBatch, CoordinatorBatch__Output as _edgemesh_v1_CoordinatorBatch__Output } from './edgemesh/v1/CoordinatorBatch.ts';
import type { CostError as _edgemesh_v1_CostError, CostError__Output as _edgemesh_v1_CostError__Output } from './edgemesh/v1/CostError.ts';
import type { CostReportRequest as _edgemesh_v1_CostReportRequest, CostReportRequest__Output as _edgemesh_v1_CostReportRequest__Output } from './edgemesh/v1/CostReportRequest.ts';
import type { CostReportResponse as _edgemesh_v1_CostReportResponse, CostReportResponse__Output as _edgemesh_v1_CostReportResponse__Output } from './edgemesh/v1/CostReportResponse.ts';
import type { DeviceModel as _edgemesh_v1_DeviceModel, DeviceModel__Output as _edgemesh_v1_DeviceModel__Output } from './edgemesh/v1/DeviceModel.ts';
import type { DeviceState as _edgemesh_v1_DeviceState, DeviceState__Output as _edgemesh_v1_DeviceState__Output } from './edgemesh/v1/DeviceState.ts';
import type { Download as _edgemesh_v1_Download, Download__Output as _edgemesh_v1_Download__Output } from './edgemesh/v1/Download.ts';
import type { EmbedRequest as _edgemesh_v1_EmbedRequest, EmbedRequest__Output as _edgemesh_v1_EmbedRequest__Output } from './edgemesh/v1/EmbedRequest.ts';
import type { EmbedResponse as _edgemesh_v1_EmbedResponse, EmbedResponse__Output as _edgemesh_v1_EmbedResponse__Output } from './edgemesh/v1/EmbedResponse.ts';
import type { Embedding as _edgemesh_v1_Embedding, Embedding__Output as _edgemesh_v1_Embedding__Output } from './edgemesh/v1/Embedding.ts';
import type { FailedAttempt as _edgemesh_v1_FailedAttempt, FailedAttempt__Output as _edgemesh_v1_FailedAttempt__Output } from './edgemesh/v1/FailedAttempt.ts';
import type { FileAnswer as _edgemesh_v1_FileAnswer, FileAnswer__Output as _edgemesh_v1_FileAnswer__Output } from './edgemesh/v1/FileAnswer.ts';
import type { FileCredit as _edgemesh_v1_FileCredit, FileCredit__Output as _edgemesh_v1_FileCredit__Output } from './edgemesh/v1/FileCredit.ts';
import type { FileData as _edgemesh_v1_FileData, FileData__Output as _edgemesh_v1_FileData__Output } from './edgemesh/v1/FileData.ts';
import type { FileDigestRequest as _edgemesh_v1_FileDigestRequest, FileDigestRequest__Output as _edgemesh_v1_FileDigestRequest__Output } from './edgemesh/v1/FileDigestRequest.ts';
import type { FileDigestResponse as _edgemesh_v1_FileDigestResponse, FileDigestResponse__Output as _edgemesh_v1_FileDigestResponse__Output } from './edgemesh/v1/FileDigestResponse.ts';
import type { FileDone as _edgemesh_v1_FileDone, FileDone__Output as _edgemesh_v1_FileDone__Output } from './edgemesh/v1/FileDone.ts';
import type { FileEntry as _edgemesh_v1_FileEntry, FileEntry__Output as _edgemesh_v1_FileEntry__Output } from './edgemesh/v1/FileEntry.ts';
import type { FileOrder as _edgemesh_v1_FileOrder, FileOrder__Output as _edgemesh_v1_FileOrder__Output } from './edgemesh/v1/FileOrder.ts';
import type { FileRead as _edgemesh_v1_FileRead, FileRead__Output as _edgemesh_v1_FileRead__Output } from './edgemesh/v1/FileRead.ts';
import type { FileReport as _edgemesh_v1_FileReport, FileReport__Output as _edgemesh_v1_FileReport__Output } from './edgemesh/v1/FileReport.ts';
import type { FileWrite as _edgemesh_v1_FileWrite, FileWrite__Output as _edgemesh_v1_FileWrite__Output } from './edgemesh/v1/FileWrite.ts';
import type { GenerateEvent as _edgemesh_v1_GenerateEvent, GenerateEvent__Output as _edgemesh_v1_GenerateEvent__Output } from './edgemesh/v1/GenerateEvent.ts';
import type { GenerateRequest as _edgemesh_v1_GenerateRequest, GenerateRequest__Output as _edgemesh_v1_GenerateRequest__Output } from './edgemesh/v1/GenerateRequest.ts';
import type { GenerationEnd as _edgemesh_v1_GenerationEnd, GenerationEnd__Output as _edgemesh_v1_GenerationEnd__Output } from './edgemesh/v1/GenerationEnd.ts';
import type { GenerationStart as _edgemesh_v1_GenerationStart, GenerationStart__Output as _edgemesh_v1_GenerationStart__Output } from './edgemesh/v1/GenerationStart.ts';
import type { GenerationStats as _edgemesh_v1_GenerationStats, GenerationStats__Output as _edgemesh_v1_GenerationStats__Output } from './edgemesh/v1/GenerationStats.ts';
import type { GroupProgress as _edgemesh_v1_GroupProgress, GroupProgress__Output as _edgemesh_v1_GroupProgress__Output } from './edgemesh/v1/GroupProgress.ts';
import type { Hello as _edgemesh_v1_Hello, Hello__Output as _edgemesh_v1_Hello__Output } from './edgemesh/v1/Hello.ts';
import type { JobSummary as _edgemesh_v1_JobSummary, JobSummary__Output as _edgemesh_v1_JobSummary__Output } from './edgemesh/v1/JobSummary.ts';
import type { JobUpdate as _edgemesh_v1_JobUpdate, JobUpdate__Output as _edgemesh_v1_JobUpdate__Output } from './edgemesh/v1/JobUpdate.ts';
import type { KindSlots as _edgemesh_v1_KindSlots, KindSlots__Output as _edgemesh_v1_KindSlots__Output } from './edgemesh/v1/KindSlots.ts';
import type { ListDeviceStatesRequest as _edgemesh_v1_ListDeviceStatesRequest, ListDeviceStatesRequest__Output as _edgemesh_v1_ListDeviceStatesRequest__Output } from './edgemesh/v1/ListDeviceStatesRequest.ts';
import type { ListDeviceStatesResponse as _edgemesh_v1_ListDeviceStatesResponse, ListDeviceStatesResponse__Output as _edgemesh_v1_ListDeviceStatesResponse__Output } from './edgemesh/v1/ListDeviceStatesResponse.ts';
import type { ListFilesRequest as _edgemesh_v1_ListFilesRequest, ListFilesRequest__Output as _edgemesh_v1_ListFilesRequest__Output } from './edgemesh/v1/ListFilesRequest.ts';
import type { ListFilesResponse as _edgemesh_v1_ListFilesResponse, ListFilesResponse__Output as _edgemesh_v1_ListFilesResponse__Output } from './edgemesh/v1/ListFilesResponse.ts';
import type { ListJobsRequest as _edgemesh_v1_ListJobsRequest, ListJobsRequest__Output as _edgemesh_v1_ListJobsRequest__Output } from './edgemesh/v1/ListJobsRequest.ts';
import type { ListJobsResponse as _edgemesh_v1_ListJobsResponse, ListJobsResponse__Output as _edgemesh_v1_ListJobsResponse__Output } from './edgemesh/v1/ListJobsResponse.ts';
import type { ListModelsRequest as _edgemesh_v1_ListModelsRequest, ListModelsRequest__Output as _edgemesh_v1_ListModelsRequest__Output } from './edgemesh/v1/ListModelsRequest.ts';
import type { ListModelsResponse as _edgemesh_v1_ListModelsResponse, ListModelsResponse__Output as _edgemesh_v1_ListModelsResponse__Output } from './edgemesh/v1/ListModelsResponse.ts';
import type { ListMonitorsResponse as _edgemesh_v1_ListMonitorsResponse, ListMonitorsResponse__Output as _edgemesh_v1_ListMonitorsResponse__Output } from './edgemesh/v1/ListMonitorsResponse.ts';
import type { ListTasksRequest as _edgemesh_v1_ListTasksRequest, ListTasksRequest__Output as _edgemesh_v1_ListTasksRequest__Output } from './edgemesh/v1/ListTasksRequest.ts';
import type { ListTasksResponse as _edgemesh_v1_ListTasksResponse, ListTasksResponse__Output as _edgemesh_v1_ListTasksResponse__Output } from './edgemesh/v1/ListTasksResponse.ts';
import type { MeshServiceClient as _edgemesh_v1_MeshServiceClient, MeshServiceDefinition as _edgemesh_v1_MeshServiceDefinition } from './edgemesh/v1/MeshService.ts';
import type { Model as _edgemesh_v1_Model, Model__Output as _edgemesh_v1_Model__Output } from './edgemesh/v1/Model.ts';
import type { ModelAnswer as _edgemesh_v1_ModelAnswer, ModelAnswer__Output as _edgemesh_v1_ModelAnswer__Output } from './edgemesh/v1/ModelAnswer.ts';
import type { ModelLoad as _edgemesh_v1_ModelLoad, ModelLoad__Output as _edgemesh_v1_ModelLoad__Output } from './edgemesh/v1/ModelLoad.ts';
import type { ModelOrder as _edgemesh_v1_ModelOrder, ModelOrder__Output as _edgemesh_v1_ModelOrder__Output } from './edgemesh/v1/ModelOrder.ts';
import type { ModelRates as _edgemesh_v1_ModelRates, ModelRates__Output as _edgemesh_v1_ModelRates__Output } from './edgemesh/v1/ModelRates.ts';
import type { ModelReport as _edgemesh_v1_ModelReport, ModelReport__Output as _edgemesh_v1_ModelReport__Output } from './edgemesh/v1/ModelReport.ts';
import type { Monitor as _edgemesh_v1_Monitor, Monitor__Output as _edgemesh_v1_Monitor__Output } from './edgemesh/v1/Monitor.ts';
import type { OpenDownloadRequest as _edgemesh_v1_OpenDownloadRequest, OpenDownloadRequest__Output as _edgemesh_v1_OpenDownloadRequest__Output } from './edgemesh/v1/OpenDownloadRequest.ts';
import type { OpenUploadRequest as _edgemesh_v1_OpenUploadRequest, OpenUploadRequest__Output as _edgemesh_v1_OpenUploadRequest__Output } from './edgemesh/v1/OpenUploadRequest.ts';
import type { OutputFile as _edgemesh_v1_OutputFile, OutputFile__Output as _edgemesh_v1_OutputFile__Output } from './edgemesh/v1/OutputFile.ts';
import type { OutputRemoval as _edgemesh_v1_OutputRemoval, OutputRemoval__Output as _edgemesh_v1_OutputRemoval__Output } from './edgemesh/v1/OutputRemoval.ts';
import type { PlacementRequest as _edgemesh_v1_PlacementRequest, PlacementRequest__Output as _edgemesh_v1_PlacementRequest__Output } from './edgemesh/v1/PlacementRequest.ts';
import type { PlacementResponse as _edgemesh_v1_PlacementResponse, PlacementResponse__Output as _edgemesh_v1_PlacementResponse__Output } from './edgemesh/v1/PlacementResponse.ts';
import type { Sampling as _edgemesh_v1_Sampling, Sampling__Output as _edgemesh_v1_Sampling__Output } from './edgemesh/v1/Sampling.ts';
import type { ScreenAnswer as _edgemesh_v1_ScreenAnswer, ScreenAnswer__Output as _edgemesh_v1_ScreenAnswer__Output } from './edgemesh/v1/ScreenAnswer.ts';
import type { ScreenConfig as _edgemesh_v1_ScreenConfig, ScreenConfig__Output as _edgemesh_v1_ScreenConfig__Output } from './edgemesh/v1/ScreenConfig.ts';
import type { ScreenOrder as _edgemesh_v1_ScreenOrder, ScreenOrder__Output as _edgemesh_v1_ScreenOrder__Output } from './edgemesh/v1/ScreenOrder.ts';
import type { ScreenReply as _edgemesh_v1_ScreenReply, ScreenReply__Output as _edgemesh_v1_ScreenReply__Output } from './edgemesh/v1/ScreenReply.ts';
import type { ScreenReport as _edgemesh_v1_ScreenReport, ScreenReport__Output as _edgemesh_v1_ScreenReport__Output } from './edgemesh/v1/ScreenReport.ts';
import type { ScreenStart as _edgemesh_v1_ScreenStart, ScreenStart__Output as _edgemesh_v1_ScreenStart__Output } from './edgemesh/v1/ScreenStart.ts';
import type { ScreenStop as _edgemesh_v1_ScreenStop, ScreenStop__Output as _edgemesh_v1_ScreenStop__Output } from './edgemesh/v1/ScreenStop.ts';
import type { ScreenStream as _edgemesh_v1_ScreenStream, ScreenStream__Output as _edgemesh_v1_ScreenStream__Output } from './edgemesh/v1/ScreenStream.ts';
import type { StartJobRequest as _edgemesh_v1_StartJobRequest, StartJobRequest__Output as _edgemesh_v1_StartJobRequest__Output } from './edgemesh/v1/StartJobRequest.ts';
import type { StartScreenRequest as _edgemesh_v1_StartScreenRequest, StartScreenRequest__Output as _edgemesh_v1_StartScreenRequest__Output } from './edgemesh/v1/StartScreenRequest.ts';
import type { StartScreenResponse as _edgemesh_v1_StartScreenResponse, StartScreenResponse__Output as _edgemesh_v1_StartScreenResponse__Output } from './edgemesh/v1/StartScreenResponse.ts';
import type { StatusSample as _edgemesh_v1_StatusSample, StatusSample__Output as _edgemesh_v1_StatusSample__Output } from './edgemesh/v1/StatusSample.ts';
import type { TaskAssignment as _edgemesh_v1_TaskAssignment, TaskAssignment__Output as _edgemesh_v1_TaskAssignment__Output } from './edgemesh/v1/TaskAssignment.ts';
import type { TaskDetail as _edgemesh_v1_TaskDetail, TaskDetail__Output as _edgemesh_v1_TaskDetail__Output } from './edgemesh/v1/TaskDetail.ts';
import type { TaskOutcome as _edgemesh_v1_TaskOutcome, TaskOutcome__Output as _edgemesh_v1_TaskOutcome__Output } from './edgemesh/v1/TaskOutcome.ts';
import type { TaskOutputRequest as _edgemesh_v1_TaskOutputRequest, TaskOutputRequest__Output as _edgemesh_v1_TaskOutputRequest__Output } from './edgemesh/v1/TaskOutputRequest.ts';
import type { TaskPlacement as _edgemesh_v1_TaskPlacement, TaskPlacement__Output as _edgemesh_v1_TaskPlacement__Output } from './edgemesh/v1/TaskPlacement.ts';
import type { TaskRef as _edgemesh_v1_TaskRef, TaskRef__Output as _edgemesh_v1_TaskRef__Output } from './edgemesh/v1/TaskRef.ts';
import type { Upload as _edgemesh_v1_Upload, Upload__Output as _edgemesh_v1_Upload__Output } from './edgemesh/v1/Upload.ts';
import type { WatchJobRequest as _edgemesh_v1_WatchJobRequest, WatchJobRequest__Output as _edgemesh_v1_WatchJobRequest__Output } from './edgemesh/v1/WatchJobRequest.ts';
import type { Welcome as _edgemesh_v1_Welcome, Welcome__Output as _edgemesh_v1_Welcome__Output } from './edgemesh/v1/Welcome.ts';
import type { WorkerBatch as _edgemesh_v1_WorkerBatch, WorkerBatch__Output as _edgemesh_v1_WorkerBatch__Output } from './edgemesh/v1/WorkerBatch.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  edgemesh: {
    AuthRequest: MessageTypeDefinition<_edgemesh_AuthRequest, _edgemesh_AuthRequest__Output>
    CommandRequest: MessageTypeDefinition<_edgemesh_CommandRequest, _edgemesh_CommandRequest__Output>
    CommandResponse: MessageTypeDefinition<_edgemesh_CommandResponse, _edgemesh_CommandResponse__Output>
    DeviceAck: MessageTypeDefinition<_edgemesh_DeviceAck, _edgemesh_DeviceAck__Output>
    DeviceCostEstimate: MessageTypeDefinition<_edgemesh_DeviceCostEstimate, _edgemesh_DeviceCostEstimate__Output>
    DeviceId: MessageTypeDefinition<_edgemesh_DeviceId, _edgemesh_DeviceId__Output>
    DeviceInfo: MessageTypeDefinition<_edgemesh_DeviceInfo, _edgemesh_DeviceInfo__Output>
    DeviceStatus: MessageTypeDefinition<_edgemesh_DeviceStatus, _edgemesh_DeviceStatus__Output>
    DownloadTicket: MessageTypeDefinition<_edgemesh_DownloadTicket, _edgemesh_DownloadTicket__Output>
    DownloadTicketRequest: MessageTypeDefinition<_edgemesh_DownloadTicketRequest, _edgemesh_DownloadTicketRequest__Output>
    Empty: MessageTypeDefinition<_edgemesh_Empty, _edgemesh_Empty__Output>
    HealthStatus: MessageTypeDefinition<_edgemesh_HealthStatus, _edgemesh_HealthStatus__Output>
    JobId: MessageTypeDefinition<_edgemesh_JobId, _edgemesh_JobId__Output>
    JobInfo: MessageTypeDefinition<_edgemesh_JobInfo, _edgemesh_JobInfo__Output>
    JobRequest: MessageTypeDefinition<_edgemesh_JobRequest, _edgemesh_JobRequest__Output>
    JobStatus: MessageTypeDefinition<_edgemesh_JobStatus, _edgemesh_JobStatus__Output>
    LLMTaskRequest: MessageTypeDefinition<_edgemesh_LLMTaskRequest, _edgemesh_LLMTaskRequest__Output>
    LLMTaskResponse: MessageTypeDefinition<_edgemesh_LLMTaskResponse, _edgemesh_LLMTaskResponse__Output>
    ListDevicesRequest: MessageTypeDefinition<_edgemesh_ListDevicesRequest, _edgemesh_ListDevicesRequest__Output>
    ListDevicesResponse: MessageTypeDefinition<_edgemesh_ListDevicesResponse, _edgemesh_ListDevicesResponse__Output>
    OrchestratorService: SubtypeConstructor<typeof grpc.Client, _edgemesh_OrchestratorServiceClient> & { service: _edgemesh_OrchestratorServiceDefinition }
    Plan: MessageTypeDefinition<_edgemesh_Plan, _edgemesh_Plan__Output>
    PlanCostRequest: MessageTypeDefinition<_edgemesh_PlanCostRequest, _edgemesh_PlanCostRequest__Output>
    PlanCostResponse: MessageTypeDefinition<_edgemesh_PlanCostResponse, _edgemesh_PlanCostResponse__Output>
    PlanPreviewRequest: MessageTypeDefinition<_edgemesh_PlanPreviewRequest, _edgemesh_PlanPreviewRequest__Output>
    PlanPreviewResponse: MessageTypeDefinition<_edgemesh_PlanPreviewResponse, _edgemesh_PlanPreviewResponse__Output>
    ReduceSpec: MessageTypeDefinition<_edgemesh_ReduceSpec, _edgemesh_ReduceSpec__Output>
    RoutedCommandRequest: MessageTypeDefinition<_edgemesh_RoutedCommandRequest, _edgemesh_RoutedCommandRequest__Output>
    RoutedCommandResponse: MessageTypeDefinition<_edgemesh_RoutedCommandResponse, _edgemesh_RoutedCommandResponse__Output>
    RoutingPolicy: MessageTypeDefinition<_edgemesh_RoutingPolicy, _edgemesh_RoutingPolicy__Output>
    SessionInfo: MessageTypeDefinition<_edgemesh_SessionInfo, _edgemesh_SessionInfo__Output>
    StepCostEstimate: MessageTypeDefinition<_edgemesh_StepCostEstimate, _edgemesh_StepCostEstimate__Output>
    TaskGroup: MessageTypeDefinition<_edgemesh_TaskGroup, _edgemesh_TaskGroup__Output>
    TaskRequest: MessageTypeDefinition<_edgemesh_TaskRequest, _edgemesh_TaskRequest__Output>
    TaskResult: MessageTypeDefinition<_edgemesh_TaskResult, _edgemesh_TaskResult__Output>
    TaskSpec: MessageTypeDefinition<_edgemesh_TaskSpec, _edgemesh_TaskSpec__Output>
    TaskStatus: MessageTypeDefinition<_edgemesh_TaskStatus, _edgemesh_TaskStatus__Output>
    WebRTCAnswer: MessageTypeDefinition<_edgemesh_WebRTCAnswer, _edgemesh_WebRTCAnswer__Output>
    WebRTCConfig: MessageTypeDefinition<_edgemesh_WebRTCConfig, _edgemesh_WebRTCConfig__Output>
    WebRTCOffer: MessageTypeDefinition<_edgemesh_WebRTCOffer, _edgemesh_WebRTCOffer__Output>
    WebRTCStop: MessageTypeDefinition<_edgemesh_WebRTCStop, _edgemesh_WebRTCStop__Output>
    v1: {
      CalibrateRequest: MessageTypeDefinition<_edgemesh_v1_CalibrateRequest, _edgemesh_v1_CalibrateRequest__Output>
      CalibrateResponse: MessageTypeDefinition<_edgemesh_v1_CalibrateResponse, _edgemesh_v1_CalibrateResponse__Output>
      ChatMessage: MessageTypeDefinition<_edgemesh_v1_ChatMessage, _edgemesh_v1_ChatMessage__Output>
      CommandOrder: MessageTypeDefinition<_edgemesh_v1_CommandOrder, _edgemesh_v1_CommandOrder__Output>
      CommandOutcome: MessageTypeDefinition<_edgemesh_v1_CommandOutcome, _edgemesh_v1_CommandOutcome__Output>
      CoordinatorBatch: MessageTypeDefinition<_edgemesh_v1_CoordinatorBatch, _edgemesh_v1_CoordinatorBatch__Output>
      CostError: MessageTypeDefinition<_edgemesh_v1_CostError, _edgemesh_v1_CostError__Output>
      CostReportRequest: MessageTypeDefinition<_edgemesh_v1_CostReportRequest, _edgemesh_v1_CostReportRequest__Output>
      CostReportResponse: MessageTypeDefinition<_edgemesh_v1_CostReportResponse, _edgemesh_v1_CostReportResponse__Output>
      DeviceModel: MessageTypeDefinition<_edgemesh_v1_DeviceModel, _edgemesh_v1_DeviceModel__Output>
      DeviceState: MessageTypeDefinition<_edgemesh_v1_DeviceState, _edgemesh_v1_DeviceState__Output>
      Download: MessageTypeDefinition<_edgemesh_v1_Download, _edgemesh_v1_Download__Output>
      EmbedRequest: MessageTypeDefinition<_edgemesh_v1_EmbedRequest, _edgemesh_v1_EmbedRequest__Output>
      EmbedResponse: MessageTypeDefinition<_edgemesh_v1_EmbedResponse, _edgemesh_v1_EmbedResponse__Output>
      Embedding: MessageTypeDefinition<_edgemesh_v1_Embedding, _edgemesh_v1_Embedding__Output>
      FailedAttempt: MessageTypeDefinition<_edgemesh_v1_FailedAttempt, _edgemesh_v1_FailedAttempt__Output>
      FileAnswer: MessageTypeDefinition<_edgemesh_v1_FileAnswer, _edgemesh_v1_FileAnswer__Output>
      FileCredit: MessageTypeDefinition<_edgemesh_v1_FileCredit, _edgemesh_v1_FileCredit__Output>
      FileData: MessageTypeDefinition<_edgemesh_v1_FileData, _edgemesh_v1_FileData__Output>
      FileDigestRequest: MessageTypeDefinition<_edgemesh_v1_FileDigestRequest, _edgemesh_v1_FileDigestRequest__Output>
      FileDigestResponse: MessageTypeDefinition<_edgemesh_v1_FileDigestResponse, _edgemesh_v1_FileDigestResponse__Output>
      FileDone: MessageTypeDefinition<_edgemesh_v1_FileDone, _edgemesh_v1_FileDone__Output>
      FileEntry: MessageTypeDefinition<_edgemesh_v1_FileEntry, _edgemesh_v1_FileEntry__Output>
      FileOrder: MessageTypeDefinition<_edgemesh_v1_FileOrder, _edgemesh_v1_FileOrder__Output>
      FileRead: MessageTypeDefinition<_edgemesh_v1_FileRead, _edgemesh_v1_FileRead__Output>
      FileReport: MessageTypeDefinition<_edgemesh_v1_FileReport, _edgemesh_v1_FileReport__Output>
      FileWrite: MessageTypeDefinition<_edgemesh_v1_FileWrite, _edgemesh_v1_FileWrite__Output>
      GenerateEvent: MessageTypeDefinition<_edgemesh_v1_GenerateEvent, _edgemesh_v1_GenerateEvent__Output>
      GenerateRequest: MessageTypeDefinition<_edgemesh_v1_GenerateRequest, _edgemesh_v1_GenerateRequest__Output>
      GenerationEnd: MessageTypeDefinition<_edgemesh_v1_GenerationEnd, _edgemesh_v1_GenerationEnd__Output>
      GenerationStart: MessageTypeDefinition<_edgemesh_v1_GenerationStart, _edgemesh_v1_GenerationStart__Output>
      GenerationStats: MessageTypeDefinition<_edgemesh_v1_GenerationStats, _edgemesh_v1_GenerationStats__Output>
      GroupProgress: MessageTypeDefinition<_edgemesh_v1_GroupProgress, _edgemesh_v1_GroupProgress__Output>
      Hello: MessageTypeDefinition<_edgemesh_v1_Hello, _edgemesh_v1_Hello__Output>
      JobSummary: MessageTypeDefinition<_edgemesh_v1_JobSummary, _edgemesh_v1_JobSummary__Output>
      JobUpdate: MessageTypeDefinition<_edgemesh_v1_JobUpdate, _edgemesh_v1_JobUpdate__Output>
      KindSlots: MessageTypeDefinition<_edgemesh_v1_KindSlots, _edgemesh_v1_KindSlots__Output>
      ListDeviceStatesRequest: MessageTypeDefinition<_edgemesh_v1_ListDeviceStatesRequest, _edgemesh_v1_ListDeviceStatesRequest__Output>
      ListDeviceStatesResponse: MessageTypeDefinition<_edgemesh_v1_ListDeviceStatesResponse, _edgemesh_v1_ListDeviceStatesResponse__Output>
      ListFilesRequest: MessageTypeDefinition<_edgemesh_v1_ListFilesRequest, _edgemesh_v1_ListFilesRequest__Output>
      ListFilesResponse: MessageTypeDefinition<_edgemesh_v1_ListFilesResponse, _edgemesh_v1_ListFilesResponse__Output>
      ListJobsRequest: MessageTypeDefinition<_edgemesh_v1_ListJobsRequest, _edgemesh_v1_ListJobsRequest__Output>
      ListJobsResponse: MessageTypeDefinition<_edgemesh_v1_ListJobsResponse, _edgemesh_v1_ListJobsResponse__Output>
      ListModelsRequest: MessageTypeDefinition<_edgemesh_v1_ListModelsRequest, _edgemesh_v1_ListModelsRequest__Output>
      ListModelsResponse: MessageTypeDefinition<_edgemesh_v1_ListModelsResponse, _edgemesh_v1_ListModelsResponse__Output>
      ListMonitorsResponse: MessageTypeDefinition<_edgemesh_v1_ListMonitorsResponse, _edgemesh_v1_ListMonitorsResponse__Output>
      ListTasksRequest: MessageTypeDefinition<_edgemesh_v1_ListTasksRequest, _edgemesh_v1_ListTasksRequest__Output>
      ListTasksResponse: MessageTypeDefinition<_edgemesh_v1_ListTasksResponse, _edgemesh_v1_ListTasksResponse__Output>
      MeshService: SubtypeConstructor<typeof grpc.Client, _edgemesh_v1_MeshServiceClient> & { service: _edgemesh_v1_MeshServiceDefinition }
      Model: MessageTypeDefinition<_edgemesh_v1_Model, _edgemesh_v1_Model__Output>
      ModelAnswer: MessageTypeDefinition<_edgemesh_v1_ModelAnswer, _edgemesh_v1_ModelAnswer__Output>
      ModelLoad: MessageTypeDefinition<_edgemesh_v1_ModelLoad, _edgemesh_v1_ModelLoad__Output>
      ModelOrder: MessageTypeDefinition<_edgemesh_v1_ModelOrder, _edgemesh_v1_ModelOrder__Output>
      ModelRates: MessageTypeDefinition<_edgemesh_v1_ModelRates, _edgemesh_v1_ModelRates__Output>
      ModelReport: MessageTypeDefinition<_edgemesh_v1_ModelReport, _edgemesh_v1_ModelReport__Output>
      Monitor: MessageTypeDefinition<_edgemesh_v1_Monitor, _edgemesh_v1_Monitor__Output>
      OpenDownloadRequest: MessageTypeDefinition<_edgemesh_v1_OpenDownloadRequest, _edgemesh_v1_OpenDownloadRequest__Output>
      OpenUploadRequest: MessageTypeDefinition<_edgemesh_v1_OpenUploadRequest, _edgemesh_v1_OpenUploadRequest__Output>
      OutputFile: MessageTypeDefinition<_edgemesh_v1_OutputFile, _edgemesh_v1_OutputFile__Output>
      OutputRemoval: MessageTypeDefinition<_edgemesh_v1_OutputRemoval, _edgemesh_v1_OutputRemoval__Output>
      PlacementRequest: MessageTypeDefinition<_edgemesh_v1_PlacementRequest, _edgemesh_v1_PlacementRequest__Output>
      PlacementResponse: MessageTypeDefinition<_edgemesh_v1_PlacementResponse, _edgemesh_v1_PlacementResponse__Output>
      Sampling: MessageTypeDefinition<_edgemesh_v1_Sampling, _edgemesh_v1_Sampling__Output>
      ScreenAnswer: MessageTypeDefinition<_edgemesh_v1_ScreenAnswer, _edgemesh_v1_ScreenAnswer__Output>
      ScreenConfig: MessageTypeDefinition<_edgemesh_v1_ScreenConfig, _edgemesh_v1_ScreenConfig__Output>
      ScreenOrder: MessageTypeDefinition<_edgemesh_v1_ScreenOrder, _edgemesh_v1_ScreenOrder__Output>
      ScreenReply: MessageTypeDefinition<_edgemesh_v1_ScreenReply, _edgemesh_v1_ScreenReply__Output>
      ScreenReport: MessageTypeDefinition<_edgemesh_v1_ScreenReport, _edgemesh_v1_ScreenReport__Output>
      ScreenStart: MessageTypeDefinition<_edgemesh_v1_ScreenStart, _edgemesh_v1_ScreenStart__Output>
      ScreenStop: MessageTypeDefinition<_edgemesh_v1_ScreenStop, _edgemesh_v1_ScreenStop__Output>
      ScreenStream: MessageTypeDefinition<_edgemesh_v1_ScreenStream, _edgemesh_v1_ScreenStream__Output>
      StartJobRequest: MessageTypeDefinition<_edgemesh_v1_StartJobRequest, _edgemesh_v1_StartJobRequest__Output>
      StartScreenRequest: MessageTypeDefinition<_edgemesh_v1_StartScreenRequest, _edgemesh_v1_StartScreenRequest__Output>
      StartScreenResponse: MessageTypeDefinition<_edgemesh_v1_StartScreenResponse, _edgemesh_v1_StartScreenResponse__Output>
      StatusSample: MessageTypeDefinition<_edgemesh_v1_StatusSample, _edgemesh_v1_StatusSample__Output>
      TaskAssignment: MessageTypeDefinition<_edgemesh_v1_TaskAssignment, _edgemesh_v1_TaskAssignment__Output>
      TaskDetail: MessageTypeDefinition<_edgemesh_v1_TaskDetail, _edgemesh_v1_TaskDetail__Output>
      TaskOutcome: MessageTypeDefinition<_edgemesh_v1_TaskOutcome, _edgemesh_v1_TaskOutcome__Output>
      TaskOutputRequest: MessageTypeDefinition<_edgemesh_v1_TaskOutputRequest, _edgemesh_v1_TaskOutputRequest__Output>
      TaskPlacement: MessageTypeDefinition<_edgemesh_v1_TaskPlacement, _edgemesh_v1_TaskPlacement__Output>
      TaskRef: MessageTypeDefinition<_edgemesh_v1_TaskRef, _edgemesh_v1_TaskRef__Output>
      Upload: MessageTypeDefinition<_edgemesh_v1_Upload, _edgemesh_v1_Upload__Output>
      WatchJobRequest: MessageTypeDefinition<_edgemesh_v1_WatchJobRequest, _edgemesh_v1_WatchJobRequest__Output>
      Welcome: MessageTypeDefinition<_edgemesh_v1_Welcome, _edgemesh_v1_Welcome__Output>
      WorkerBatch: MessageTypeDefinition<_edgemesh_v1_WorkerBatch, _edgemesh_v1_WorkerBatch__Output>
    }
  }
}

