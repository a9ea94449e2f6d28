import type { HostPort } from "../agent/config/address.ts";
import { UsageError } from "../agent/core/errors.ts";
import type { Plan } from "../proto/gen/edgemesh/Plan.ts";
import type { GenerateRequest } from "../proto/gen/edgemesh/v1/GenerateRequest.ts";
import type {
  CalibrateResponse,
  CostError,
  DeviceInfo,
  DeviceModel,
  DeviceStatus,
  GenerateEvent,
  JobInfo,
  JobStatus,
  JobSummary,
  JobUpdate,
  Monitor,
  PlacementResponse,
  PlanCostResponse,
  RoutedCommandResponse,
  RoutingMode,
  StartScreenResponse,
  TaskDetail,
} from "../proto/messages.ts";
import { allJobs } from "./all_jobs.ts";
import { taskPages } from "./all_tasks.ts";
import type { MeshClient } from "./client.ts";
import { DeviceFiles } from "./files/device_files.ts";
import { MeshFiles } from "./files/mesh_files.ts";
import { readOutput } from "./files/read_output.ts";
import { deviceIdOf } from "./find_device.ts";
import { generated, type Generation, HeardGeneration } from "./generation.ts";
import { checkedRequest, promptRequest, type PromptSettings } from "./generation_request.ts";
import type { JOB_STATES } from "./job_view.ts";
import { followJob } from "./job_watch.ts";
import { knownDevices } from "./known_devices.ts";
import { PatientClient } from "./patient_client.ts";
import type { ScreenOptions } from "./screen_options.ts";
import { submitJob } from "./submission.ts";
import { submissionOf, type SubmitOptions, workerCount } from "./submit_options.ts";
import { watchJob } from "./watch_job.ts";

/** The state of a job, or of a task. */
export type JobState = typeof JOB_STATES[number];

/** A device, and what the agent knows of it now. */
export interface Device extends DeviceInfo {
  readonly status: DeviceStatus | null;
  readonly online: boolean;
}

/** Which device runs a command: a device by its name or id, or the one that a policy chooses. */
export type Where = { readonly device: string } | { readonly policy: Exclude<RoutingMode, "FORCE_DEVICE_ID"> };

/** How a prompt is answered. */
export interface PromptOptions extends PromptSettings {
  /** A device by its name or id. Default: the one that is predicted to finish first. */
  readonly device?: string;
  /** Ends the generation, on its device too. */
  readonly signal?: AbortSignal;
}

/** Which of the devices' models. */
export interface OfModel {
  /** A device by its name or id. */
  readonly device?: string;
  readonly model?: string;
}

/** A mesh, seen through one of its agents. Each method throws a {@link MeshError} with the agent's code and words. */
export class Mesh implements Disposable {
  readonly #patient: PatientClient;

  /** @ignore Made by {@link connect}. */
  constructor(
    client: MeshClient,
    open: () => Promise<MeshClient>,
    private readonly signal: AbortSignal,
    private readonly server: HostPort,
  ) {
    const reconnect = async () => {
      const next = await open();
      // Calls that are under way over the old connection still end there.
      this.client[Symbol.dispose]();
      return next;
    };
    this.#patient = new PatientClient(client, { reconnect, onAway: () => {}, signal });
  }

  private get client(): MeshClient {
    return this.#patient.current;
  }

  /** All known devices, online ones first. */
  async devices(): Promise<Device[]> {
    const devices = await knownDevices(this.client);
    return devices.flatMap(({ device, status, online = true }) => device ? [{ ...device, status, online }] : []);
  }

  /** Runs an allow-listed program in the shared folder of a device. Its exit code is in `output`, whatever it is. */
  async run(
    command: string,
    args: readonly string[] = [],
    where: Where = { policy: "BEST_AVAILABLE" },
  ): Promise<RoutedCommandResponse> {
    const policy = "device" in where
      ? { mode: "FORCE_DEVICE_ID" as const, device_id: await deviceIdOf(this.client, where.device) }
      : { mode: where.policy };
    const { sessionId: session_id } = this.client;
    return await this.client.orchestrator("ExecuteRoutedCommand", { session_id, policy, command, args: [...args] });
  }

  /** What a plan will cost on each online device, or on those named. */
  async previewCost(plan: Plan, devices: readonly string[] = []): Promise<PlanCostResponse> {
    const device_ids = await Promise.all(devices.map((device) => deviceIdOf(this.client, device)));
    return await this.client.orchestrator("PreviewPlanCost", { session_id: this.client.sessionId, plan, device_ids });
  }

  /**
   * Which device would run which task of a plan and when, and how long the whole mesh would take, with measured rates,
   * cold models' load times and the devices' queues. Runs nothing.
   *
   * @param options.maxWorkers use at most so many devices; default 0: all
   */
  async previewPlacement(plan: Plan, options: { readonly maxWorkers?: number } = {}): Promise<PlacementResponse> {
    const max_workers = workerCount(options.maxWorkers ?? 0);
    return await this.client.mesh("PreviewPlacement", { plan, max_workers });
  }

  /** The models of all devices that are online, by name, then by device. */
  async models(): Promise<DeviceModel[]> {
    return (await this.client.mesh("ListModels", {})).models;
  }

  /**
   * Runs a prompt or a chat on the device that is predicted to finish first, or on the one that is named by its id, and
   * tells who answers (`start`), what the model says (`text`), and what it took (`end`, the last). Where a device fails
   * before its first piece, the next one is tried, which another `start` shows. Whoever leaves the loop stops the model.
   *
   * @throws {UsageError} for a number that is none, with its name and value
   */
  async *generate(
    request: GenerateRequest,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<GenerateEvent, void, void> {
    yield* generated(this.client, checkedRequest(request), options.signal);
  }

  /**
   * Runs a prompt, and answers when the model has said it all.
   *
   * @throws {UsageError} when a number is wrong, with its name and value
   */
  async prompt(text: string, options: PromptOptions = {}): Promise<Generation> {
    const { device, signal } = options;
    const request = promptRequest(text, options, device === undefined ? "" : await deviceIdOf(this.client, device));
    const heard = new HeardGeneration(true);
    for await (const event of generated(this.client, request, signal)) heard.add(event);
    return heard.document;
  }

  /**
   * Measures now how fast a device's model reads and writes, with three short prompts.
   *
   * @param options.device default: the agent's own
   * @param options.model default: the device's own choice
   */
  async calibrate(options: OfModel = {}): Promise<CalibrateResponse> {
    return await this.client.mesh("Calibrate", await this.#modelQuery(options));
  }

  /** How well the times of generations were predicted, by device and model: of all, or of those named. */
  async costReport(options: OfModel = {}): Promise<CostError[]> {
    return (await this.client.mesh("CostReport", await this.#modelQuery(options))).errors;
  }

  async #modelQuery({ device, model = "" }: OfModel): Promise<{ device_id: string; model: string }> {
    return { device_id: device === undefined ? "" : await deviceIdOf(this.client, device), model };
  }

  /**
   * Submits a job. Once this resolves, the job is on the agent's disk. Where the agent goes away before it has answered,
   * the job is submitted again for up to a minute, and still is one.
   *
   * @param work what to do, in words, or a plan
   * @throws {UsageError} when an option is wrong, with its name and value
   */
  async submit(work: string | Plan, options: SubmitOptions = {}): Promise<JobInfo> {
    return await submitJob(this.#patient, submissionOf(work, options));
  }

  /** A job as it is now. */
  job(jobId: string): Promise<JobStatus> {
    return this.client.orchestrator("GetJob", { job_id: jobId });
  }

  /**
   * Waits until a job has ended, DONE or not, and answers how. An agent that restarts is waited for, for up to a minute
   * each time.
   */
  finished(jobId: string): Promise<JobStatus> {
    return followJob(this.#patient, jobId, { signal: this.signal });
  }

  /**
   * A job as it is now, then what changes, at most ten times a second, to its end; over restarts of the agent, after each
   * of which comes another snapshot. Whoever leaves the loop ends the watching.
   *
   * @param options.countsOnly no single tasks, only how many are in which state
   */
  watch(jobId: string, options: { readonly countsOnly?: boolean } = {}): AsyncGenerator<JobUpdate, void, void> {
    return watchJob(this.#patient, jobId, { countsOnly: options.countsOnly ?? false, signal: this.signal });
  }

  /**
   * Cancels a job: what waits is CANCELLED at once, what runs gets 2 s to stop.
   *
   * @throws {MeshError} FAILED_PRECONDITION when it is DONE or FAILED already
   */
  cancel(jobId: string): Promise<JobSummary> {
    return this.client.mesh("CancelJob", { job_id: jobId });
  }

  /**
   * Forgets a job and its results.
   *
   * @throws {MeshError} FAILED_PRECONDITION when it has not ended
   */
  async delete(jobId: string): Promise<void> {
    await this.client.mesh("DeleteJob", { job_id: jobId });
  }

  /** The tasks of a job in plan order, with their results and why attempts failed; of the largest jobs too. */
  async *tasks(jobId: string, options: { readonly state?: JobState } = {}): AsyncGenerator<TaskDetail, void, void> {
    for await (const page of taskPages(this.client, { jobId, state: options.state ?? "" })) yield* page;
  }

  /** What a task wrote, as UTF-8, fetched from its device and verified where it is kept there as a file. */
  async output(jobId: string, taskId: string): Promise<Uint8Array> {
    return await readOutput(this.#patient, { jobId, taskId }, { server: this.server, signal: this.signal });
  }

  /**
   * The newest jobs, newest first.
   *
   * @param options.state only jobs in this state
   * @param options.limit at most so many, `Infinity` for all; default 100
   * @throws {UsageError} when the limit is no whole number above 0
   */
  async jobs(options: { readonly state?: JobState; readonly limit?: number } = {}): Promise<JobSummary[]> {
    const { state = "", limit = 100 } = options;
    if (!(limit >= 1 && (Number.isInteger(limit) || limit === Infinity))) {
      throw new UsageError(`limit "${limit}": not a whole number from 1`);
    }
    return await Array.fromAsync(allJobs(this.client, { state, limit }));
  }

  /** The monitors of a device, the primary one first. */
  async monitors(device: string): Promise<Monitor[]> {
    const device_id = await deviceIdOf(this.client, device);
    return (await this.client.mesh("ListMonitors", { device_id })).monitors;
  }

  /**
   * Asks a device to show its screen: an offer for a WebRTC connection, which any WebRTC stack can answer; the pictures come
   * from the device itself. A stream that is not answered within 30 s ends.
   *
   * @param device by its name or id
   * @throws {MeshError} PERMISSION_DENIED when the device's user refuses, FAILED_PRECONDITION when it has no screen
   */
  async startScreen(device: string, options: ScreenOptions = {}): Promise<StartScreenResponse> {
    const { fps = 0, quality = 0, monitor = 0, video = "" } = options;
    const config = { target_fps: fps, jpeg_quality: quality, monitor_index: monitor };
    const device_id = await deviceIdOf(this.client, device);
    return await this.client.mesh("StartScreen", { device_id, config, video });
  }

  /** Answers a device's offer: an SDP with its ICE candidates. */
  async answerScreen(streamId: string, sdp: string): Promise<void> {
    await this.client.mesh("AnswerScreen", { stream_id: streamId, sdp });
  }

  /** Ends a stream. @throws {MeshError} NOT_FOUND when it has ended */
  async stopScreen(streamId: string): Promise<void> {
    await this.client.mesh("StopScreen", { stream_id: streamId });
  }

  /** The files of a device. @param device by its name or id */
  files(device: string): DeviceFiles {
    return new DeviceFiles(new MeshFiles(this.#patient), () => deviceIdOf(this.client, device));
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}
