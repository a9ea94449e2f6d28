// Original file: orchestrator.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AuthRequest as _edgemesh_AuthRequest, AuthRequest__Output as _edgemesh_AuthRequest__Output } from '../edgemesh/AuthRequest.ts';
import type { CommandRequest as _edgemesh_CommandRequest, CommandRequest__Output as _edgemesh_CommandRequest__Output } from '../edgemesh/CommandRequest.ts';
import type { CommandResponse as _edgemesh_CommandResponse, CommandResponse__Output as _edgemesh_CommandResponse__Output } from '../edgemesh/CommandResponse.ts';
import type { DeviceAck as _edgemesh_DeviceAck, DeviceAck__Output as _edgemesh_DeviceAck__Output } from '../edgemesh/DeviceAck.ts';
import type { DeviceId as _edgemesh_DeviceId, DeviceId__Output as _edgemesh_DeviceId__Output } from '../edgemesh/DeviceId.ts';
import type { DeviceInfo as _edgemesh_DeviceInfo, DeviceInfo__Output as _edgemesh_DeviceInfo__Output } from '../edgemesh/DeviceInfo.ts';
import type { DeviceStatus as _edgemesh_DeviceStatus, DeviceStatus__Output as _edgemesh_DeviceStatus__Output } from '../edgemesh/DeviceStatus.ts';
import type { DownloadTicket as _edgemesh_DownloadTicket, DownloadTicket__Output as _edgemesh_DownloadTicket__Output } from '../edgemesh/DownloadTicket.ts';
import type { DownloadTicketRequest as _edgemesh_DownloadTicketRequest, DownloadTicketRequest__Output as _edgemesh_DownloadTicketRequest__Output } from '../edgemesh/DownloadTicketRequest.ts';
import type { Empty as _edgemesh_Empty, Empty__Output as _edgemesh_Empty__Output } from '../edgemesh/Empty.ts';
import type { HealthStatus as _edgemesh_HealthStatus, HealthStatus__Output as _edgemesh_HealthStatus__Output } from '../edgemesh/HealthStatus.ts';
import type { JobId as _edgemesh_JobId, JobId__Output as _edgemesh_JobId__Output } from '../edgemesh/JobId.ts';
import type { JobInfo as _edgemesh_JobInfo, JobInfo__Output as _edgemesh_JobInfo__Output } from '../edgemesh/JobInfo.ts';
import type { JobRequest as _edgemesh_JobRequest, JobRequest__Output as _edgemesh_JobRequest__Output } from '../edgemesh/JobRequest.ts';
import type { JobStatus as _edgemesh_JobStatus, JobStatus__Output as _edgemesh_JobStatus__Output } from '../edgemesh/JobStatus.ts';
import type { LLMTaskRequest as _edgemesh_LLMTaskRequest, LLMTaskRequest__Output as _edgemesh_LLMTaskRequest__Output } from '../edgemesh/LLMTaskRequest.ts';
import type { LLMTaskResponse as _edgemesh_LLMTaskResponse, LLMTaskResponse__Output as _edgemesh_LLMTaskResponse__Output } from '../edgemesh/LLMTaskResponse.ts';
import type { ListDevicesRequest as _edgemesh_ListDevicesRequest, ListDevicesRequest__Output as _edgemesh_ListDevicesRequest__Output } from '../edgemesh/ListDevicesRequest.ts';
import type { ListDevicesResponse as _edgemesh_ListDevicesResponse, ListDevicesResponse__Output as _edgemesh_ListDevicesResponse__Output } from '../edgemesh/ListDevicesResponse.ts';
import type { PlanCostRequest as _edgemesh_PlanCostRequest, PlanCostRequest__Output as _edgemesh_PlanCostRequest__Output } from '../edgemesh/PlanCostRequest.ts';
import type { PlanCostResponse as _edgemesh_PlanCostResponse, PlanCostResponse__Output as _edgemesh_PlanCostResponse__Output } from '../edgemesh/PlanCostResponse.ts';
import type { PlanPreviewRequest as _edgemesh_PlanPreviewRequest, PlanPreviewRequest__Output as _edgemesh_PlanPreviewRequest__Output } from '../edgemesh/PlanPreviewRequest.ts';
import type { PlanPreviewResponse as _edgemesh_PlanPreviewResponse, PlanPreviewResponse__Output as _edgemesh_PlanPreviewResponse__Output } from '../edgemesh/PlanPreviewResponse.ts';
import type { RoutedCommandRequest as _edgemesh_RoutedCommandRequest, RoutedCommandRequest__Output as _edgemesh_RoutedCommandRequest__Output } from '../edgemesh/RoutedCommandRequest.ts';
import type { RoutedCommandResponse as _edgemesh_RoutedCommandResponse, RoutedCommandResponse__Output as _edgemesh_RoutedCommandResponse__Output } from '../edgemesh/RoutedCommandResponse.ts';
import type { SessionInfo as _edgemesh_SessionInfo, SessionInfo__Output as _edgemesh_SessionInfo__Output } from '../edgemesh/SessionInfo.ts';
import type { TaskRequest as _edgemesh_TaskRequest, TaskRequest__Output as _edgemesh_TaskRequest__Output } from '../edgemesh/TaskRequest.ts';
import type { TaskResult as _edgemesh_TaskResult, TaskResult__Output as _edgemesh_TaskResult__Output } from '../edgemesh/TaskResult.ts';
import type { WebRTCAnswer as _edgemesh_WebRTCAnswer, WebRTCAnswer__Output as _edgemesh_WebRTCAnswer__Output } from '../edgemesh/WebRTCAnswer.ts';
import type { WebRTCConfig as _edgemesh_WebRTCConfig, WebRTCConfig__Output as _edgemesh_WebRTCConfig__Output } from '../edgemesh/WebRTCConfig.ts';
import type { WebRTCOffer as _edgemesh_WebRTCOffer, WebRTCOffer__Output as _edgemesh_WebRTCOffer__Output } from '../edgemesh/WebRTCOffer.ts';
import type { WebRTCStop as _edgemesh_WebRTCStop, WebRTCStop__Output as _edgemesh_WebRTCStop__Output } from '../edgemesh/WebRTCStop.ts';

export interface OrchestratorServiceClient extends grpc.Client {
  CompleteWebRTC(argument: _edgemesh_WebRTCAnswer, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  CompleteWebRTC(argument: _edgemesh_WebRTCAnswer, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  CompleteWebRTC(argument: _edgemesh_WebRTCAnswer, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  CompleteWebRTC(argument: _edgemesh_WebRTCAnswer, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  completeWebRtc(argument: _edgemesh_WebRTCAnswer, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  completeWebRtc(argument: _edgemesh_WebRTCAnswer, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  completeWebRtc(argument: _edgemesh_WebRTCAnswer, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  completeWebRtc(argument: _edgemesh_WebRTCAnswer, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  
  CreateDownloadTicket(argument: _edgemesh_DownloadTicketRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DownloadTicket__Output>): grpc.ClientUnaryCall;
  CreateDownloadTicket(argument: _edgemesh_DownloadTicketRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_DownloadTicket__Output>): grpc.ClientUnaryCall;
  CreateDownloadTicket(argument: _edgemesh_DownloadTicketRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DownloadTicket__Output>): grpc.ClientUnaryCall;
  CreateDownloadTicket(argument: _edgemesh_DownloadTicketRequest, callback: grpc.requestCallback<_edgemesh_DownloadTicket__Output>): grpc.ClientUnaryCall;
  createDownloadTicket(argument: _edgemesh_DownloadTicketRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DownloadTicket__Output>): grpc.ClientUnaryCall;
  createDownloadTicket(argument: _edgemesh_DownloadTicketRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_DownloadTicket__Output>): grpc.ClientUnaryCall;
  createDownloadTicket(argument: _edgemesh_DownloadTicketRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DownloadTicket__Output>): grpc.ClientUnaryCall;
  createDownloadTicket(argument: _edgemesh_DownloadTicketRequest, callback: grpc.requestCallback<_edgemesh_DownloadTicket__Output>): grpc.ClientUnaryCall;
  
  CreateSession(argument: _edgemesh_AuthRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_SessionInfo__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _edgemesh_AuthRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_SessionInfo__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _edgemesh_AuthRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_SessionInfo__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _edgemesh_AuthRequest, callback: grpc.requestCallback<_edgemesh_SessionInfo__Output>): grpc.ClientUnaryCall;
  createSession(argument: _edgemesh_AuthRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_SessionInfo__Output>): grpc.ClientUnaryCall;
  createSession(argument: _edgemesh_AuthRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_SessionInfo__Output>): grpc.ClientUnaryCall;
  createSession(argument: _edgemesh_AuthRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_SessionInfo__Output>): grpc.ClientUnaryCall;
  createSession(argument: _edgemesh_AuthRequest, callback: grpc.requestCallback<_edgemesh_SessionInfo__Output>): grpc.ClientUnaryCall;
  
  ExecuteCommand(argument: _edgemesh_CommandRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_CommandResponse__Output>): grpc.ClientUnaryCall;
  ExecuteCommand(argument: _edgemesh_CommandRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_CommandResponse__Output>): grpc.ClientUnaryCall;
  ExecuteCommand(argument: _edgemesh_CommandRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_CommandResponse__Output>): grpc.ClientUnaryCall;
  ExecuteCommand(argument: _edgemesh_CommandRequest, callback: grpc.requestCallback<_edgemesh_CommandResponse__Output>): grpc.ClientUnaryCall;
  executeCommand(argument: _edgemesh_CommandRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_CommandResponse__Output>): grpc.ClientUnaryCall;
  executeCommand(argument: _edgemesh_CommandRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_CommandResponse__Output>): grpc.ClientUnaryCall;
  executeCommand(argument: _edgemesh_CommandRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_CommandResponse__Output>): grpc.ClientUnaryCall;
  executeCommand(argument: _edgemesh_CommandRequest, callback: grpc.requestCallback<_edgemesh_CommandResponse__Output>): grpc.ClientUnaryCall;
  
  ExecuteRoutedCommand(argument: _edgemesh_RoutedCommandRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_RoutedCommandResponse__Output>): grpc.ClientUnaryCall;
  ExecuteRoutedCommand(argument: _edgemesh_RoutedCommandRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_RoutedCommandResponse__Output>): grpc.ClientUnaryCall;
  ExecuteRoutedCommand(argument: _edgemesh_RoutedCommandRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_RoutedCommandResponse__Output>): grpc.ClientUnaryCall;
  ExecuteRoutedCommand(argument: _edgemesh_RoutedCommandRequest, callback: grpc.requestCallback<_edgemesh_RoutedCommandResponse__Output>): grpc.ClientUnaryCall;
  executeRoutedCommand(argument: _edgemesh_RoutedCommandRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_RoutedCommandResponse__Output>): grpc.ClientUnaryCall;
  executeRoutedCommand(argument: _edgemesh_RoutedCommandRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_RoutedCommandResponse__Output>): grpc.ClientUnaryCall;
  executeRoutedCommand(argument: _edgemesh_RoutedCommandRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_RoutedCommandResponse__Output>): grpc.ClientUnaryCall;
  executeRoutedCommand(argument: _edgemesh_RoutedCommandRequest, callback: grpc.requestCallback<_edgemesh_RoutedCommandResponse__Output>): grpc.ClientUnaryCall;
  
  GetDeviceStatus(argument: _edgemesh_DeviceId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DeviceStatus__Output>): grpc.ClientUnaryCall;
  GetDeviceStatus(argument: _edgemesh_DeviceId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_DeviceStatus__Output>): grpc.ClientUnaryCall;
  GetDeviceStatus(argument: _edgemesh_DeviceId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DeviceStatus__Output>): grpc.ClientUnaryCall;
  GetDeviceStatus(argument: _edgemesh_DeviceId, callback: grpc.requestCallback<_edgemesh_DeviceStatus__Output>): grpc.ClientUnaryCall;
  getDeviceStatus(argument: _edgemesh_DeviceId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DeviceStatus__Output>): grpc.ClientUnaryCall;
  getDeviceStatus(argument: _edgemesh_DeviceId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_DeviceStatus__Output>): grpc.ClientUnaryCall;
  getDeviceStatus(argument: _edgemesh_DeviceId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DeviceStatus__Output>): grpc.ClientUnaryCall;
  getDeviceStatus(argument: _edgemesh_DeviceId, callback: grpc.requestCallback<_edgemesh_DeviceStatus__Output>): grpc.ClientUnaryCall;
  
  GetJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobStatus__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_JobStatus__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _edgemesh_JobId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobStatus__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _edgemesh_JobId, callback: grpc.requestCallback<_edgemesh_JobStatus__Output>): grpc.ClientUnaryCall;
  getJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobStatus__Output>): grpc.ClientUnaryCall;
  getJob(argument: _edgemesh_JobId, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_JobStatus__Output>): grpc.ClientUnaryCall;
  getJob(argument: _edgemesh_JobId, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobStatus__Output>): grpc.ClientUnaryCall;
  getJob(argument: _edgemesh_JobId, callback: grpc.requestCallback<_edgemesh_JobStatus__Output>): grpc.ClientUnaryCall;
  
  HealthCheck(argument: _edgemesh_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_HealthStatus__Output>): grpc.ClientUnaryCall;
  HealthCheck(argument: _edgemesh_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_HealthStatus__Output>): grpc.ClientUnaryCall;
  HealthCheck(argument: _edgemesh_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_HealthStatus__Output>): grpc.ClientUnaryCall;
  HealthCheck(argument: _edgemesh_Empty, callback: grpc.requestCallback<_edgemesh_HealthStatus__Output>): grpc.ClientUnaryCall;
  healthCheck(argument: _edgemesh_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_HealthStatus__Output>): grpc.ClientUnaryCall;
  healthCheck(argument: _edgemesh_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_HealthStatus__Output>): grpc.ClientUnaryCall;
  healthCheck(argument: _edgemesh_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_HealthStatus__Output>): grpc.ClientUnaryCall;
  healthCheck(argument: _edgemesh_Empty, callback: grpc.requestCallback<_edgemesh_HealthStatus__Output>): grpc.ClientUnaryCall;
  
  Heartbeat(argument: _edgemesh_SessionInfo, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  Heartbeat(argument: _edgemesh_SessionInfo, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  Heartbeat(argument: _edgemesh_SessionInfo, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  Heartbeat(argument: _edgemesh_SessionInfo, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  heartbeat(argument: _edgemesh_SessionInfo, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  heartbeat(argument: _edgemesh_SessionInfo, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  heartbeat(argument: _edgemesh_SessionInfo, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  heartbeat(argument: _edgemesh_SessionInfo, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  
  ListDevices(argument: _edgemesh_ListDevicesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_ListDevicesResponse__Output>): grpc.ClientUnaryCall;
  ListDevices(argument: _edgemesh_ListDevicesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_ListDevicesResponse__Output>): grpc.ClientUnaryCall;
  ListDevices(argument: _edgemesh_ListDevicesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_ListDevicesResponse__Output>): grpc.ClientUnaryCall;
  ListDevices(argument: _edgemesh_ListDevicesRequest, callback: grpc.requestCallback<_edgemesh_ListDevicesResponse__Output>): grpc.ClientUnaryCall;
  listDevices(argument: _edgemesh_ListDevicesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_ListDevicesResponse__Output>): grpc.ClientUnaryCall;
  listDevices(argument: _edgemesh_ListDevicesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_ListDevicesResponse__Output>): grpc.ClientUnaryCall;
  listDevices(argument: _edgemesh_ListDevicesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_ListDevicesResponse__Output>): grpc.ClientUnaryCall;
  listDevices(argument: _edgemesh_ListDevicesRequest, callback: grpc.requestCallback<_edgemesh_ListDevicesResponse__Output>): grpc.ClientUnaryCall;
  
  PreviewPlan(argument: _edgemesh_PlanPreviewRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_PlanPreviewResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlan(argument: _edgemesh_PlanPreviewRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_PlanPreviewResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlan(argument: _edgemesh_PlanPreviewRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_PlanPreviewResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlan(argument: _edgemesh_PlanPreviewRequest, callback: grpc.requestCallback<_edgemesh_PlanPreviewResponse__Output>): grpc.ClientUnaryCall;
  previewPlan(argument: _edgemesh_PlanPreviewRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_PlanPreviewResponse__Output>): grpc.ClientUnaryCall;
  previewPlan(argument: _edgemesh_PlanPreviewRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_PlanPreviewResponse__Output>): grpc.ClientUnaryCall;
  previewPlan(argument: _edgemesh_PlanPreviewRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_PlanPreviewResponse__Output>): grpc.ClientUnaryCall;
  previewPlan(argument: _edgemesh_PlanPreviewRequest, callback: grpc.requestCallback<_edgemesh_PlanPreviewResponse__Output>): grpc.ClientUnaryCall;
  
  PreviewPlanCost(argument: _edgemesh_PlanCostRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_PlanCostResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlanCost(argument: _edgemesh_PlanCostRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_PlanCostResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlanCost(argument: _edgemesh_PlanCostRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_PlanCostResponse__Output>): grpc.ClientUnaryCall;
  PreviewPlanCost(argument: _edgemesh_PlanCostRequest, callback: grpc.requestCallback<_edgemesh_PlanCostResponse__Output>): grpc.ClientUnaryCall;
  previewPlanCost(argument: _edgemesh_PlanCostRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_PlanCostResponse__Output>): grpc.ClientUnaryCall;
  previewPlanCost(argument: _edgemesh_PlanCostRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_PlanCostResponse__Output>): grpc.ClientUnaryCall;
  previewPlanCost(argument: _edgemesh_PlanCostRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_PlanCostResponse__Output>): grpc.ClientUnaryCall;
  previewPlanCost(argument: _edgemesh_PlanCostRequest, callback: grpc.requestCallback<_edgemesh_PlanCostResponse__Output>): grpc.ClientUnaryCall;
  
  RegisterDevice(argument: _edgemesh_DeviceInfo, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DeviceAck__Output>): grpc.ClientUnaryCall;
  RegisterDevice(argument: _edgemesh_DeviceInfo, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_DeviceAck__Output>): grpc.ClientUnaryCall;
  RegisterDevice(argument: _edgemesh_DeviceInfo, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DeviceAck__Output>): grpc.ClientUnaryCall;
  RegisterDevice(argument: _edgemesh_DeviceInfo, callback: grpc.requestCallback<_edgemesh_DeviceAck__Output>): grpc.ClientUnaryCall;
  registerDevice(argument: _edgemesh_DeviceInfo, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DeviceAck__Output>): grpc.ClientUnaryCall;
  registerDevice(argument: _edgemesh_DeviceInfo, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_DeviceAck__Output>): grpc.ClientUnaryCall;
  registerDevice(argument: _edgemesh_DeviceInfo, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_DeviceAck__Output>): grpc.ClientUnaryCall;
  registerDevice(argument: _edgemesh_DeviceInfo, callback: grpc.requestCallback<_edgemesh_DeviceAck__Output>): grpc.ClientUnaryCall;
  
  RunLLMTask(argument: _edgemesh_LLMTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_LLMTaskResponse__Output>): grpc.ClientUnaryCall;
  RunLLMTask(argument: _edgemesh_LLMTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_LLMTaskResponse__Output>): grpc.ClientUnaryCall;
  RunLLMTask(argument: _edgemesh_LLMTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_LLMTaskResponse__Output>): grpc.ClientUnaryCall;
  RunLLMTask(argument: _edgemesh_LLMTaskRequest, callback: grpc.requestCallback<_edgemesh_LLMTaskResponse__Output>): grpc.ClientUnaryCall;
  runLlmTask(argument: _edgemesh_LLMTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_LLMTaskResponse__Output>): grpc.ClientUnaryCall;
  runLlmTask(argument: _edgemesh_LLMTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_LLMTaskResponse__Output>): grpc.ClientUnaryCall;
  runLlmTask(argument: _edgemesh_LLMTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_LLMTaskResponse__Output>): grpc.ClientUnaryCall;
  runLlmTask(argument: _edgemesh_LLMTaskRequest, callback: grpc.requestCallback<_edgemesh_LLMTaskResponse__Output>): grpc.ClientUnaryCall;
  
  RunTask(argument: _edgemesh_TaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_TaskResult__Output>): grpc.ClientUnaryCall;
  RunTask(argument: _edgemesh_TaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_TaskResult__Output>): grpc.ClientUnaryCall;
  RunTask(argument: _edgemesh_TaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_TaskResult__Output>): grpc.ClientUnaryCall;
  RunTask(argument: _edgemesh_TaskRequest, callback: grpc.requestCallback<_edgemesh_TaskResult__Output>): grpc.ClientUnaryCall;
  runTask(argument: _edgemesh_TaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_TaskResult__Output>): grpc.ClientUnaryCall;
  runTask(argument: _edgemesh_TaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_TaskResult__Output>): grpc.ClientUnaryCall;
  runTask(argument: _edgemesh_TaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_TaskResult__Output>): grpc.ClientUnaryCall;
  runTask(argument: _edgemesh_TaskRequest, callback: grpc.requestCallback<_edgemesh_TaskResult__Output>): grpc.ClientUnaryCall;
  
  StartWebRTC(argument: _edgemesh_WebRTCConfig, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_WebRTCOffer__Output>): grpc.ClientUnaryCall;
  StartWebRTC(argument: _edgemesh_WebRTCConfig, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_WebRTCOffer__Output>): grpc.ClientUnaryCall;
  StartWebRTC(argument: _edgemesh_WebRTCConfig, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_WebRTCOffer__Output>): grpc.ClientUnaryCall;
  StartWebRTC(argument: _edgemesh_WebRTCConfig, callback: grpc.requestCallback<_edgemesh_WebRTCOffer__Output>): grpc.ClientUnaryCall;
  startWebRtc(argument: _edgemesh_WebRTCConfig, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_WebRTCOffer__Output>): grpc.ClientUnaryCall;
  startWebRtc(argument: _edgemesh_WebRTCConfig, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_WebRTCOffer__Output>): grpc.ClientUnaryCall;
  startWebRtc(argument: _edgemesh_WebRTCConfig, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_WebRTCOffer__Output>): grpc.ClientUnaryCall;
  startWebRtc(argument: _edgemesh_WebRTCConfig, callback: grpc.requestCallback<_edgemesh_WebRTCOffer__Output>): grpc.ClientUnaryCall;
  
  StopWebRTC(argument: _edgemesh_WebRTCStop, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  StopWebRTC(argument: _edgemesh_WebRTCStop, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  StopWebRTC(argument: _edgemesh_WebRTCStop, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  StopWebRTC(argument: _edgemesh_WebRTCStop, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  stopWebRtc(argument: _edgemesh_WebRTCStop, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  stopWebRtc(argument: _edgemesh_WebRTCStop, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  stopWebRtc(argument: _edgemesh_WebRTCStop, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  stopWebRtc(argument: _edgemesh_WebRTCStop, callback: grpc.requestCallback<_edgemesh_Empty__Output>): grpc.ClientUnaryCall;
  
  SubmitJob(argument: _edgemesh_JobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _edgemesh_JobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _edgemesh_JobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _edgemesh_JobRequest, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _edgemesh_JobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _edgemesh_JobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _edgemesh_JobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _edgemesh_JobRequest, callback: grpc.requestCallback<_edgemesh_JobInfo__Output>): grpc.ClientUnaryCall;
  
}

export interface OrchestratorServiceHandlers extends grpc.UntypedServiceImplementation {
  CompleteWebRTC: grpc.handleUnaryCall<_edgemesh_WebRTCAnswer__Output, _edgemesh_Empty>;
  
  CreateDownloadTicket: grpc.handleUnaryCall<_edgemesh_DownloadTicketRequest__Output, _edgemesh_DownloadTicket>;
  
  CreateSession: grpc.handleUnaryCall<_edgemesh_AuthRequest__Output, _edgemesh_SessionInfo>;
  
  ExecuteCommand: grpc.handleUnaryCall<_edgemesh_CommandRequest__Output, _edgemesh_CommandResponse>;
  
  ExecuteRoutedCommand: grpc.handleUnaryCall<_edgemesh_RoutedCommandRequest__Output, _edgemesh_RoutedCommandResponse>;
  
  GetDeviceStatus: grpc.handleUnaryCall<_edgemesh_DeviceId__Output, _edgemesh_DeviceStatus>;
  
  GetJob: grpc.handleUnaryCall<_edgemesh_JobId__Output, _edgemesh_JobStatus>;
  
  HealthCheck: grpc.handleUnaryCall<_edgemesh_Empty__Output, _edgemesh_HealthStatus>;
  
  Heartbeat: grpc.handleUnaryCall<_edgemesh_SessionInfo__Output, _edgemesh_Empty>;
  
  ListDevices: grpc.handleUnaryCall<_edgemesh_ListDevicesRequest__Output, _edgemesh_ListDevicesResponse>;
  
  PreviewPlan: grpc.handleUnaryCall<_edgemesh_PlanPreviewRequest__Output, _edgemesh_PlanPreviewResponse>;
  
  PreviewPlanCost: grpc.handleUnaryCall<_edgemesh_PlanCostRequest__Output, _edgemesh_PlanCostResponse>;
  
  RegisterDevice: grpc.handleUnaryCall<_edgemesh_DeviceInfo__Output, _edgemesh_DeviceAck>;
  
  RunLLMTask: grpc.handleUnaryCall<_edgemesh_LLMTaskRequest__Output, _edgemesh_LLMTaskResponse>;
  
  RunTask: grpc.handleUnaryCall<_edgemesh_TaskRequest__Output, _edgemesh_TaskResult>;
  
  StartWebRTC: grpc.handleUnaryCall<_edgemesh_WebRTCConfig__Output, _edgemesh_WebRTCOffer>;
  
  StopWebRTC: grpc.handleUnaryCall<_edgemesh_WebRTCStop__Output, _edgemesh_Empty>;
  
  SubmitJob: grpc.handleUnaryCall<_edgemesh_JobRequest__Output, _edgemesh_JobInfo>;
  
}

export interface OrchestratorServiceDefinition extends grpc.ServiceDefinition {
  CompleteWebRTC: MethodDefinition<_edgemesh_WebRTCAnswer, _edgemesh_Empty, _edgemesh_WebRTCAnswer__Output, _edgemesh_Empty__Output>
  CreateDownloadTicket: MethodDefinition<_edgemesh_DownloadTicketRequest, _edgemesh_DownloadTicket, _edgemesh_DownloadTicketRequest__Output, _edgemesh_DownloadTicket__Output>
  CreateSession: MethodDefinition<_edgemesh_AuthRequest, _edgemesh_SessionInfo, _edgemesh_AuthRequest__Output, _edgemesh_SessionInfo__Output>
  ExecuteCommand: MethodDefinition<_edgemesh_CommandRequest, _edgemesh_CommandResponse, _edgemesh_CommandRequest__Output, _edgemesh_CommandResponse__Output>
  ExecuteRoutedCommand: MethodDefinition<_edgemesh_RoutedCommandRequest, _edgemesh_RoutedCommandResponse, _edgemesh_RoutedCommandRequest__Output, _edgemesh_RoutedCommandResponse__Output>
  GetDeviceStatus: MethodDefinition<_edgemesh_DeviceId, _edgemesh_DeviceStatus, _edgemesh_DeviceId__Output, _edgemesh_DeviceStatus__Output>
  GetJob: MethodDefinition<_edgemesh_JobId, _edgemesh_JobStatus, _edgemesh_JobId__Output, _edgemesh_JobStatus__Output>
  HealthCheck: MethodDefinition<_edgemesh_Empty, _edgemesh_HealthStatus, _edgemesh_Empty__Output, _edgemesh_HealthStatus__Output>
  Heartbeat: MethodDefinition<_edgemesh_SessionInfo, _edgemesh_Empty, _edgemesh_SessionInfo__Output, _edgemesh_Empty__Output>
  ListDevices: MethodDefinition<_edgemesh_ListDevicesRequest, _edgemesh_ListDevicesResponse, _edgemesh_ListDevicesRequest__Output, _edgemesh_ListDevicesResponse__Output>
  PreviewPlan: MethodDefinition<_edgemesh_PlanPreviewRequest, _edgemesh_PlanPreviewResponse, _edgemesh_PlanPreviewRequest__Output, _edgemesh_PlanPreviewResponse__Output>
  PreviewPlanCost: MethodDefinition<_edgemesh_PlanCostRequest, _edgemesh_PlanCostResponse, _edgemesh_PlanCostRequest__Output, _edgemesh_PlanCostResponse__Output>
  RegisterDevice: MethodDefinition<_edgemesh_DeviceInfo, _edgemesh_DeviceAck, _edgemesh_DeviceInfo__Output, _edgemesh_DeviceAck__Output>
  RunLLMTask: MethodDefinition<_edgemesh_LLMTaskRequest, _edgemesh_LLMTaskResponse, _edgemesh_LLMTaskRequest__Output, _edgemesh_LLMTaskResponse__Output>
  RunTask: MethodDefinition<_edgemesh_TaskRequest, _edgemesh_TaskResult, _edgemesh_TaskRequest__Output, _edgemesh_TaskResult__Output>
  StartWebRTC: MethodDefinition<_edgemesh_WebRTCConfig, _edgemesh_WebRTCOffer, _edgemesh_WebRTCConfig__Output, _edgemesh_WebRTCOffer__Output>
  StopWebRTC: MethodDefinition<_edgemesh_WebRTCStop, _edgemesh_Empty, _edgemesh_WebRTCStop__Output, _edgemesh_Empty__Output>
  SubmitJob: MethodDefinition<_edgemesh_JobRequest, _edgemesh_JobInfo, _edgemesh_JobRequest__Output, _edgemesh_JobInfo__Output>
}
