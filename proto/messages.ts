/**
 * The messages of both services as plain data, with the specification's names. These are the types as received: every
 * field is present (proto-loader's `defaults` and `arrays`), and a message that was not sent is `null`.
 */
export type { CommandRequest__Output as CommandRequest } from "./gen/edgemesh/CommandRequest.ts";
export type { CommandResponse__Output as CommandResponse } from "./gen/edgemesh/CommandResponse.ts";
export type { DeviceCostEstimate__Output as DeviceCostEstimate } from "./gen/edgemesh/DeviceCostEstimate.ts";
export type { DeviceInfo__Output as DeviceInfo } from "./gen/edgemesh/DeviceInfo.ts";
export type { DeviceStatus__Output as DeviceStatus } from "./gen/edgemesh/DeviceStatus.ts";
export type { HealthStatus__Output as HealthStatus } from "./gen/edgemesh/HealthStatus.ts";
export type { JobInfo__Output as JobInfo } from "./gen/edgemesh/JobInfo.ts";
export type { JobStatus__Output as JobStatus } from "./gen/edgemesh/JobStatus.ts";
export type { Plan__Output as Plan } from "./gen/edgemesh/Plan.ts";
export type { PlanCostResponse__Output as PlanCostResponse } from "./gen/edgemesh/PlanCostResponse.ts";
export type { PlanPreviewResponse__Output as PlanPreviewResponse } from "./gen/edgemesh/PlanPreviewResponse.ts";
export type { RoutedCommandResponse__Output as RoutedCommandResponse } from "./gen/edgemesh/RoutedCommandResponse.ts";
export type {
  _edgemesh_RoutingPolicy_Mode__Output as RoutingMode,
  RoutingPolicy__Output as RoutingPolicy,
} from "./gen/edgemesh/RoutingPolicy.ts";
export type { StepCostEstimate__Output as StepCostEstimate } from "./gen/edgemesh/StepCostEstimate.ts";
export type { TaskGroup__Output as TaskGroup } from "./gen/edgemesh/TaskGroup.ts";
export type { TaskResult__Output as TaskResult } from "./gen/edgemesh/TaskResult.ts";
export type { TaskSpec__Output as TaskSpec } from "./gen/edgemesh/TaskSpec.ts";
export type { TaskStatus__Output as TaskStatus } from "./gen/edgemesh/TaskStatus.ts";
export type { WebRTCConfig__Output as WebRTCConfig } from "./gen/edgemesh/WebRTCConfig.ts";
export type { WebRTCOffer__Output as WebRTCOffer } from "./gen/edgemesh/WebRTCOffer.ts";

export type { CalibrateRequest__Output as CalibrateRequest } from "./gen/edgemesh/v1/CalibrateRequest.ts";
export type { CalibrateResponse__Output as CalibrateResponse } from "./gen/edgemesh/v1/CalibrateResponse.ts";
export type { ChatMessage__Output as ChatMessage } from "./gen/edgemesh/v1/ChatMessage.ts";
export type { CommandOrder__Output as CommandOrder } from "./gen/edgemesh/v1/CommandOrder.ts";
export type { CommandOutcome__Output as CommandOutcome } from "./gen/edgemesh/v1/CommandOutcome.ts";
export type { CoordinatorBatch, CoordinatorBatch__Output } from "./gen/edgemesh/v1/CoordinatorBatch.ts";
export type { CostError__Output as CostError } from "./gen/edgemesh/v1/CostError.ts";
export type { CostReportResponse__Output as CostReportResponse } from "./gen/edgemesh/v1/CostReportResponse.ts";
export type { DeviceModel__Output as DeviceModel } from "./gen/edgemesh/v1/DeviceModel.ts";
export type { DeviceState__Output as DeviceState } from "./gen/edgemesh/v1/DeviceState.ts";
export type { EmbedRequest__Output as EmbedRequest } from "./gen/edgemesh/v1/EmbedRequest.ts";
export type { EmbedResponse__Output as EmbedResponse } from "./gen/edgemesh/v1/EmbedResponse.ts";
export type { GenerateEvent__Output as GenerateEvent } from "./gen/edgemesh/v1/GenerateEvent.ts";
export type { GenerateRequest__Output as GenerateRequest } from "./gen/edgemesh/v1/GenerateRequest.ts";
export type { GenerationEnd__Output as GenerationEnd } from "./gen/edgemesh/v1/GenerationEnd.ts";
export type { GenerationStart__Output as GenerationStart } from "./gen/edgemesh/v1/GenerationStart.ts";
export type { GenerationStats__Output as GenerationStats } from "./gen/edgemesh/v1/GenerationStats.ts";
export type { GroupProgress__Output as GroupProgress } from "./gen/edgemesh/v1/GroupProgress.ts";
export type { JobSummary__Output as JobSummary } from "./gen/edgemesh/v1/JobSummary.ts";
export type { JobUpdate__Output as JobUpdate } from "./gen/edgemesh/v1/JobUpdate.ts";
export type { KindSlots__Output as KindSlots } from "./gen/edgemesh/v1/KindSlots.ts";
export type { ListModelsResponse__Output as ListModelsResponse } from "./gen/edgemesh/v1/ListModelsResponse.ts";
export type { ListMonitorsResponse__Output as ListMonitorsResponse } from "./gen/edgemesh/v1/ListMonitorsResponse.ts";
export type { Model__Output as Model } from "./gen/edgemesh/v1/Model.ts";
export type { ModelAnswer__Output as ModelAnswer } from "./gen/edgemesh/v1/ModelAnswer.ts";
export type { ModelLoad__Output as ModelLoad } from "./gen/edgemesh/v1/ModelLoad.ts";
export type { ModelOrder__Output as ModelOrder } from "./gen/edgemesh/v1/ModelOrder.ts";
export type { ModelRates__Output as ModelRates } from "./gen/edgemesh/v1/ModelRates.ts";
export type { ModelReport__Output as ModelReport } from "./gen/edgemesh/v1/ModelReport.ts";
export type { Monitor__Output as Monitor } from "./gen/edgemesh/v1/Monitor.ts";
export type { PlacementResponse__Output as PlacementResponse } from "./gen/edgemesh/v1/PlacementResponse.ts";
export type { Sampling__Output as Sampling } from "./gen/edgemesh/v1/Sampling.ts";
export type { ScreenAnswer__Output as ScreenAnswer } from "./gen/edgemesh/v1/ScreenAnswer.ts";
export type { ScreenConfig__Output as ScreenConfig } from "./gen/edgemesh/v1/ScreenConfig.ts";
export type { ScreenOrder__Output as ScreenOrder } from "./gen/edgemesh/v1/ScreenOrder.ts";
export type { ScreenReply__Output as ScreenReply } from "./gen/edgemesh/v1/ScreenReply.ts";
export type { ScreenReport__Output as ScreenReport } from "./gen/edgemesh/v1/ScreenReport.ts";
export type { ScreenStart__Output as ScreenStart } from "./gen/edgemesh/v1/ScreenStart.ts";
export type { ScreenStop__Output as ScreenStop } from "./gen/edgemesh/v1/ScreenStop.ts";
export type { ScreenStream__Output as ScreenStream } from "./gen/edgemesh/v1/ScreenStream.ts";
export type { StartScreenRequest__Output as StartScreenRequest } from "./gen/edgemesh/v1/StartScreenRequest.ts";
export type { StartScreenResponse__Output as StartScreenResponse } from "./gen/edgemesh/v1/StartScreenResponse.ts";
export type { StatusSample__Output as StatusSample } from "./gen/edgemesh/v1/StatusSample.ts";
export type { TaskAssignment__Output as TaskAssignment } from "./gen/edgemesh/v1/TaskAssignment.ts";
export type { TaskDetail__Output as TaskDetail } from "./gen/edgemesh/v1/TaskDetail.ts";
export type { TaskOutcome__Output as TaskOutcome } from "./gen/edgemesh/v1/TaskOutcome.ts";
export type { TaskPlacement__Output as TaskPlacement } from "./gen/edgemesh/v1/TaskPlacement.ts";
export type { TaskRef__Output as TaskRef } from "./gen/edgemesh/v1/TaskRef.ts";
export type { WorkerBatch, WorkerBatch__Output } from "./gen/edgemesh/v1/WorkerBatch.ts";
