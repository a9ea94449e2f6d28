import { type AgentClient, agentClient, callMetadata, callUnary } from "../../../agent/mesh/grpc_client.ts";
import { fromGrpcError } from "../../../agent/mesh/grpc_status.ts";
import type { AuthRequest } from "../../../proto/gen/edgemesh/AuthRequest.ts";
import type { DownloadTicket__Output as DownloadTicket } from "../../../proto/gen/edgemesh/DownloadTicket.ts";
import type { DownloadTicketRequest } from "../../../proto/gen/edgemesh/DownloadTicketRequest.ts";
import type { Empty } from "../../../proto/gen/edgemesh/Empty.ts";
import type { JobId } from "../../../proto/gen/edgemesh/JobId.ts";
import type { JobRequest } from "../../../proto/gen/edgemesh/JobRequest.ts";
import type { Plan } from "../../../proto/gen/edgemesh/Plan.ts";
import type { OpenDownloadRequest } from "../../../proto/gen/edgemesh/v1/OpenDownloadRequest.ts";
import type { OpenUploadRequest } from "../../../proto/gen/edgemesh/v1/OpenUploadRequest.ts";
import type { RoutedCommandRequest } from "../../../proto/gen/edgemesh/RoutedCommandRequest.ts";
import type { SessionInfo__Output as SessionInfo } from "../../../proto/gen/edgemesh/SessionInfo.ts";
import type { TaskRequest } from "../../../proto/gen/edgemesh/TaskRequest.ts";
import type { CostReportRequest } from "../../../proto/gen/edgemesh/v1/CostReportRequest.ts";
import type { GenerateRequest } from "../../../proto/gen/edgemesh/v1/GenerateRequest.ts";
import type { ListDeviceStatesRequest } from "../../../proto/gen/edgemesh/v1/ListDeviceStatesRequest.ts";
import type { ListDeviceStatesResponse__Output as ListDeviceStatesResponse } from "../../../proto/gen/edgemesh/v1/ListDeviceStatesResponse.ts";
import type { ListJobsRequest } from "../../../proto/gen/edgemesh/v1/ListJobsRequest.ts";
import type { ListJobsResponse__Output as ListJobsResponse } from "../../../proto/gen/edgemesh/v1/ListJobsResponse.ts";
import type { ListModelsRequest } from "../../../proto/gen/edgemesh/v1/ListModelsRequest.ts";
import type { ListTasksRequest } from "../../../proto/gen/edgemesh/v1/ListTasksRequest.ts";
import type { ListTasksResponse__Output as ListTasksResponse } from "../../../proto/gen/edgemesh/v1/ListTasksResponse.ts";
import type {
  CostError,
  CostReportResponse,
  DeviceModel,
  Download,
  GenerateEvent,
  HealthStatus,
  JobInfo,
  JobStatus,
  JobSummary,
  ListModelsResponse,
  RoutedCommandResponse,
  TaskDetail,
  TaskResult,
  Upload,
} from "../../../proto/messages.ts";

const CALL_LIMIT_MS = 60_000;

/** Tasks a page. */
const PAGE = 1000;

/** What a client process asks of one agent, over one connection. */
export class AgentSession {
  readonly #client: AgentClient;
  #sessionId = "";

  constructor(address: string) {
    this.#client = agentClient(address);
  }

  async open(key: string): Promise<void> {
    const { orchestrator } = this.#client;
    const request = { device_name: "bench", security_key: key };
    const session = await callUnary<AuthRequest, SessionInfo>(
      orchestrator,
      orchestrator.CreateSession,
      request,
      this.#options(),
    );
    this.#sessionId = session.session_id;
  }

  close(): void {
    this.#client.close();
  }

  health(): Promise<HealthStatus> {
    const { orchestrator } = this.#client;
    return callUnary<Empty, HealthStatus>(orchestrator, orchestrator.HealthCheck, {}, { timeoutMs: CALL_LIMIT_MS });
  }

  runCommand(deviceId: string, command: string): Promise<RoutedCommandResponse> {
    const { orchestrator } = this.#client;
    const request: RoutedCommandRequest = {
      session_id: this.#sessionId,
      policy: { mode: "FORCE_DEVICE_ID", device_id: deviceId },
      command,
      args: [],
    };
    return callUnary<RoutedCommandRequest, RoutedCommandResponse>(
      orchestrator,
      orchestrator.ExecuteRoutedCommand,
      request,
      this.#options(),
    );
  }

  runTask(request: TaskRequest): Promise<TaskResult> {
    const { orchestrator } = this.#client;
    return callUnary<TaskRequest, TaskResult>(orchestrator, orchestrator.RunTask, request, this.#options());
  }

  submit(plan: Plan): Promise<JobInfo> {
    const { orchestrator } = this.#client;
    const request = { session_id: this.#sessionId, text: "measure", plan, reduce: { kind: "CONCAT" } };
    return callUnary<JobRequest, JobInfo>(orchestrator, orchestrator.SubmitJob, request, this.#options());
  }

  job(jobId: string): Promise<JobStatus> {
    const { orchestrator } = this.#client;
    return callUnary<JobId, JobStatus>(orchestrator, orchestrator.GetJob, { job_id: jobId }, this.#options());
  }

  /** A ticket for a file of the agent's shared folder. */
  downloadTicket(path: string): Promise<DownloadTicket> {
    const { orchestrator } = this.#client;
    return callUnary<DownloadTicketRequest, DownloadTicket>(
      orchestrator,
      orchestrator.CreateDownloadTicket,
      { path },
      this.#options(),
    );
  }

  /** Tickets for a file of a device's shared folder. */
  openDownload(request: OpenDownloadRequest): Promise<Download> {
    const { mesh } = this.#client;
    return callUnary<OpenDownloadRequest, Download>(mesh, mesh.OpenDownload, request, this.#options());
  }

  /** Tickets for a file into a device's inbox. */
  openUpload(request: OpenUploadRequest): Promise<Upload> {
    const { mesh } = this.#client;
    return callUnary<OpenUploadRequest, Upload>(mesh, mesh.OpenUpload, request, this.#options());
  }

  /** The newest jobs, without their tasks. */
  async newestJobs(limit: number): Promise<JobSummary[]> {
    const { mesh } = this.#client;
    const { jobs } = await callUnary<ListJobsRequest, ListJobsResponse>(
      mesh,
      mesh.ListJobs,
      { limit },
      this.#options(),
    );
    return jobs;
  }

  /** All tasks of a job, in plan order. */
  async tasks(jobId: string): Promise<TaskDetail[]> {
    const { mesh } = this.#client;
    const tasks: TaskDetail[] = [];
    let token = "";
    do {
      const page: ListTasksResponse = await callUnary<ListTasksRequest, ListTasksResponse>(
        mesh,
        mesh.ListTasks,
        { job_id: jobId, limit: PAGE, page_token: token },
        this.#options(),
      );
      tasks.push(...page.tasks);
      token = page.next_page_token;
    } while (token !== "");
    return tasks;
  }

  /** Watches a job until it has ended. @throws {Error} when it did not end DONE, or the stream broke */
  watchToDone(jobId: string): Promise<void> {
    const call = this.#client.mesh.WatchJob({ job_id: jobId, counts_only: true }, callMetadata(this.#options()));
    return new Promise((resolve, reject) => {
      let state = "";
      let reason = "";
      call.on("data", (update) => ({ state, reason } = update));
      call.on("error", reject);
      call.on("end", () => {
        if (state === "DONE") resolve();
        else reject(new Error(`job ${jobId} ended ${state || "without a word"}: ${reason}`));
      });
    });
  }

  /** Runs a prompt and hears all that is said of it. @throws {MeshError} when it fails */
  generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<void> {
    const call = this.#client.mesh.Generate(request, callMetadata(this.#options()));
    return new Promise((resolve, reject) => {
      call.on("data", onEvent);
      call.on("error", (error) => reject(fromGrpcError(error)));
      call.on("end", resolve);
    });
  }

  /** The models of all devices that are online. */
  async models(): Promise<DeviceModel[]> {
    const { mesh } = this.#client;
    const { models } = await callUnary<ListModelsRequest, ListModelsResponse>(
      mesh,
      mesh.ListModels,
      {},
      this.#options(),
    );
    return models;
  }

  /** How well generations were predicted. */
  async costReport(): Promise<CostError[]> {
    const { mesh } = this.#client;
    const { errors } = await callUnary<CostReportRequest, CostReportResponse>(
      mesh,
      mesh.CostReport,
      {},
      this.#options(),
    );
    return errors;
  }

  /** Devices that are online. */
  async online(): Promise<number> {
    const { mesh } = this.#client;
    const { devices } = await callUnary<ListDeviceStatesRequest, ListDeviceStatesResponse>(
      mesh,
      mesh.ListDeviceStates,
      {},
      this.#options(),
    );
    return devices.filter((device) => device.online).length;
  }

  #options() {
    return { timeoutMs: CALL_LIMIT_MS, ...(this.#sessionId ? { sessionId: this.#sessionId } : {}) };
  }
}

/** A plan of one group of ECHO tasks. */
export interface EchoPlan {
  readonly tasks: number;
  /** Characters of each input; by default as few as tell them apart. */
  readonly inputLength?: number;
  /** The devices that the tasks name, in turn; none = any device. */
  readonly targets?: readonly string[];
}

export function echoPlan({ tasks, inputLength = 0, targets = [] }: EchoPlan): Plan {
  const task = (n: number) => ({
    task_id: `${n}`,
    kind: "ECHO",
    input: `input ${n}`.padEnd(inputLength, "."),
    target_device_id: targets[n % targets.length] ?? "",
  });
  return { groups: [{ index: 0, tasks: Array.from({ length: tasks }, (_, n) => task(n)) }] };
}
