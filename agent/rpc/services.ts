import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { HealthStatus } from "../../proto/messages.ts";
import type { CoordinatorBatch, WorkerBatch } from "../mesh/batches.ts";
import { serverChannel } from "../mesh/grpc_channel.ts";
import type { Peers } from "../mesh/peers.ts";
import type { CommandHandlers } from "./command_handlers.ts";
import type { DeviceHandlers } from "./device_handlers.ts";
import type { FileHandlers } from "./file_handlers.ts";
import type { Interceptors, MethodRules, UnaryHandler } from "./interceptors.ts";
import type { JobHandlers } from "./job_handlers.ts";
import type { ModelHandlers } from "./model_handlers.ts";
import type { PlanHandlers } from "./plan_handlers.ts";
import type { ServiceMethods } from "./served_method.ts";
import type { ScreenHandlers } from "./screen_handlers.ts";
import type { SessionHandlers } from "./session_handlers.ts";
import type { WorkerHandlers } from "./worker_handlers.ts";

/** The handlers of all families. */
export interface Handlers {
  readonly sessions: SessionHandlers;
  readonly devices: DeviceHandlers;
  readonly commands: CommandHandlers;
  readonly jobs: JobHandlers;
  readonly models: ModelHandlers;
  readonly plans: PlanHandlers;
  readonly worker: WorkerHandlers;
  readonly screens: ScreenHandlers;
  readonly files: FileHandlers;
}

const ANYONE: MethodRules = { session: "none" };
const SESSION: MethodRules = { session: "required" };
const STRICT: MethodRules = { session: "strict" };

/** The specification's service: every method but two needs a session. */
export function orchestratorService(
  through: Interceptors,
  deviceId: string,
  handlers: Handlers,
): ServiceMethods {
  const { sessions, devices, commands, jobs, plans, worker, screens, files } = handlers;
  const { CreateSession, ...withSession } = {
    ...sessions,
    ...commands,
    RegisterDevice: devices.RegisterDevice,
    ListDevices: devices.ListDevices,
    GetDeviceStatus: devices.GetDeviceStatus,
    SubmitJob: jobs.SubmitJob,
    GetJob: jobs.GetJob,
    ...plans,
    ...worker,
    StartWebRTC: screens.StartWebRTC,
    CompleteWebRTC: screens.CompleteWebRTC,
    StopWebRTC: screens.StopWebRTC,
    CreateDownloadTicket: files.CreateDownloadTicket,
  };
  return {
    ...wrapped(through, SESSION, withSession),
    ...wrapped(through, ANYONE, { CreateSession, HealthCheck: healthCheck(deviceId) }),
  };
}

/** Our own service: its callers are no older clients, so a session is always needed. */
export function meshService(through: Interceptors, handlers: Handlers, peers: Peers): ServiceMethods {
  return {
    ...wrapped(through, STRICT, {
      ListDeviceStates: handlers.devices.ListDeviceStates,
      StartJob: handlers.jobs.StartJob,
      ListJobs: handlers.jobs.ListJobs,
      CancelJob: handlers.jobs.CancelJob,
      ListTasks: handlers.jobs.ListTasks,
      DeleteJob: handlers.jobs.DeleteJob,
      ListModels: handlers.models.ListModels,
      Calibrate: handlers.models.Calibrate,
      PreviewPlacement: handlers.models.PreviewPlacement,
      CostReport: handlers.models.CostReport,
      StartScreen: handlers.screens.StartScreen,
      AnswerScreen: handlers.screens.AnswerScreen,
      StopScreen: handlers.screens.StopScreen,
      ListMonitors: handlers.screens.ListMonitors,
      ListFiles: handlers.files.ListFiles,
      OpenDownload: handlers.files.OpenDownload,
      OpenUpload: handlers.files.OpenUpload,
      FileDigest: handlers.files.FileDigest,
      OpenTaskOutput: handlers.files.OpenTaskOutput,
    }),
    Generate: through.serverStream("Generate", { ...STRICT, isWork: true }, handlers.models.Generate),
    WatchJob: through.serverStream("WatchJob", STRICT, handlers.jobs.WatchJob),
    Attach: through.stream(
      "Attach",
      STRICT,
      (stream: ServerDuplexStream<WorkerBatch, CoordinatorBatch>) => peers.accept(serverChannel(stream), "attached"),
    ),
  };
}

function healthCheck(deviceId: string): UnaryHandler<unknown, HealthStatus> {
  return () => ({ device_id: deviceId, server_time: Math.floor(Date.now() / 1000), message: "ok" });
}

function wrapped(through: Interceptors, rules: MethodRules, handlers: object): ServiceMethods {
  return Object.fromEntries(
    Object.entries(handlers).map(([method, handler]) => [method, through.unary(method, rules, handler)]),
  );
}
