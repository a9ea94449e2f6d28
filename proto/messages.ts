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

export type { CommandOrder__Output as CommandOrder } from "./gen/edgemesh/v1/CommandOrder.ts";
export type { CommandOutcome__Output as CommandOutcome } from "./gen/edgemesh/v1/CommandOutcome.ts";
export type { CoordinatorBatch, CoordinatorBatch__Output } from "./gen/edgemesh/v1/CoordinatorBatch.ts";
export type { DeviceState__Output as DeviceState } from "./gen/edgemesh/v1/DeviceState.ts";
export type { GroupProgress__Output as GroupProgress } from "./gen/edgemesh/v1/GroupProgress.ts";
export type { JobSummary__Output as JobSummary } from "./gen/edgemesh/v1/JobSummary.ts";
export type { JobUpdate__Output as JobUpdate } from "./gen/edgemesh/v1/JobUpdate.ts";
export type { KindSlots__Output as KindSlots } from "./gen/edgemesh/v1/KindSlots.ts";
export type { StatusSample__Output as StatusSample } from "./gen/edgemesh/v1/StatusSample.ts";
export type { TaskAssignment__Output as TaskAssignment } from "./gen/edgemesh/v1/TaskAssignment.ts";
export type { TaskDetail__Output as TaskDetail } from "./gen/edgemesh/v1/TaskDetail.ts";
export type { TaskOutcome__Output as TaskOutcome } from "./gen/edgemesh/v1/TaskOutcome.ts";
export type { TaskRef__Output as TaskRef } from "./gen/edgemesh/v1/TaskRef.ts";
export type { WorkerBatch, WorkerBatch__Output } from "./gen/edgemesh/v1/WorkerBatch.ts";
