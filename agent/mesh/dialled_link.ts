import { LinkedSignal } from "../core/abort.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { CommandRequest } from "../../proto/gen/edgemesh/CommandRequest.ts";
import type { LLMTaskRequest } from "../../proto/gen/edgemesh/LLMTaskRequest.ts";
import type { LLMTaskResponse__Output as LLMTaskResponse } from "../../proto/gen/edgemesh/LLMTaskResponse.ts";
import type { TaskRequest } from "../../proto/gen/edgemesh/TaskRequest.ts";
import type {
  CommandResponse,
  DeviceInfo,
  GenerateRequest,
  ModelAnswer,
  ScreenReply,
  TaskAssignment,
  TaskOutcome,
  TaskRef,
  TaskResult,
} from "../../proto/messages.ts";
import { modelAnswer } from "./batches.ts";
import type { DeviceLink, ExecuteOptions, LinkEvents } from "./device_link.ts";
import { dialledFiles } from "./dialled_files.ts";
import { isOurs, isUnavailable, isVerdict } from "./dialled_failures.ts";
import { DialledSession, isUnauthenticated } from "./dialled_session.ts";
import { type AgentClient, agentClient, callUnary } from "./grpc_client.ts";
import type { FileLink } from "./file_orders.ts";
import type { ModelOrderOptions, ModelTask } from "./model_orders.ts";
import { probe } from "./probe.ts";
import { answerOfPromptCall, promptCallOf } from "./prompt_call.ts";
import { screenCall } from "./screen_call.ts";
import type { ScreenOrderOptions, ScreenTask } from "./screen_orders.ts";
import { refKey } from "./task_ref.ts";

const log = logger("mesh");

/** Tasks that a dialled device is given at once: each is a call of its own. */
const CREDITS = 16;

/**
 * What every device that keeps the published contract can run; how many of it at once is for its credits. Prompts only
 * where it says that it has a local model.
 */
const KINDS: ReadonlyMap<string, number> = new Map([["SYSINFO", CREDITS], ["ECHO", CREDITS], ["LLM_GENERATE", 1]]);

/** A prompt's call ends after this, in ms, where nobody says otherwise: as long as a task may take. */
const PROMPT_TIMEOUT_MS = 250_000;

/** A command's call ends after this, in ms: the device's own limit of 120 s and the way there. */
const COMMAND_TIMEOUT_MS = 125_000;

/** How often a dialled device is asked whether it is there, in ms; together with the answer's limit below 6 s. */
const PROBE_INTERVAL_MS = 2500;

/** The longest time that a timer can be set to, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A device that does not answer for so long is gone, in ms. */
const SILENCE_LIMIT_MS = 5500;

export interface DialledLinkOptions {
  readonly device: DeviceInfo;
  /** The mesh key, for a session on the device; empty for a device that registered without having shown it. */
  readonly key: string;
  /** Name of this agent, as the device sees it. */
  readonly clientName: string;
  readonly events: LinkEvents;
  /** The device answered. */
  readonly onSeen: (deviceId: string) => void;
}

/**
 * A device that only registers (an older client): it is called at its `grpc_addr` by the specification's unary methods,
 * over one connection that stays open.
 */
export class DialledLink implements DeviceLink {
  readonly kind = "dialled";
  readonly instanceId = "";
  readonly kinds = KINDS;
  readonly deviceId: string;
  /** The device is there but does not take our key: it is looked for again only when it registers anew. */
  refusesUs = false;
  readonly #client: AgentClient;
  readonly #closing = new AbortController();
  readonly #probe: ReturnType<typeof setInterval>;
  readonly #session: DialledSession;
  /** A session was opened: the device is there, and takes our key. */
  #proven = false;
  #running = 0;
  /** The calls of tasks, to end them. */
  readonly #calls = new Map<string, LinkedSignal>();
  #lastHeard = performance.now();
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: DialledLinkOptions) {
    this.deviceId = options.device.device_id;
    this.#client = agentClient(options.device.grpc_addr);
    this.#session = new DialledSession(this.#client, {
      key: options.key,
      clientName: options.clientName,
      signal: this.#closing.signal,
      onFailure: (error) => {
        this.refusesUs = isUnauthenticated(error);
        this.close(this.refusesUs ? `it refuses a session: ${messageOf(error)}` : messageOf(error));
      },
    });
    this.#probe = setInterval(() => this.#ask(), PROBE_INTERVAL_MS);
    Deno.unrefTimer(this.#probe as unknown as number);
    this.#ask();
  }

  get credits(): number {
    return this.#closing.signal.aborted || !this.#proven ? 0 : CREDITS - this.#running;
  }

  assign(tasks: readonly TaskAssignment[]): void {
    for (const task of tasks) this.#runTask(task);
  }

  /** Nothing to do: an older device forgets its results at once. */
  acknowledge(_outcomes: readonly TaskOutcome[]): void {}

  /** Ends the calls of these tasks: that is how the contract's caller says that it wants no answer. */
  cancel(attempts: readonly TaskRef[]): void {
    for (const attempt of attempts) {
      this.#calls.get(refKey(attempt))?.abort(new MeshError("CANCELLED", "the task was cancelled"));
    }
  }

  execute(command: string, args: readonly string[], options: ExecuteOptions): Promise<CommandResponse> {
    const { orchestrator } = this.#client;
    return this.#asked((session_id) => {
      const request = { session_id, command, args: [...args] };
      return callUnary<CommandRequest, CommandResponse>(orchestrator, orchestrator.ExecuteCommand, request, {
        timeoutMs: Math.min(options.timeoutMs ?? Infinity, COMMAND_TIMEOUT_MS),
        signal: options.signal,
        sessionId: session_id,
      });
    });
  }

  async screen(task: ScreenTask, options: ScreenOrderOptions): Promise<ScreenReply> {
    using call = new LinkedSignal(this.#closing.signal, options.signal);
    return await this.#asked((sessionId) => screenCall(this.#client, task, { sessionId, signal: call.signal }));
  }

  get files(): FileLink {
    return dialledFiles({ client: this.#client, asked: (call) => this.#asked(call) });
  }

  /** Makes a call whose failures are the caller's to hear of; that this agent has no session there is not. */
  async #asked<T>(call: (sessionId: string) => Promise<T>): Promise<T> {
    try {
      return await this.#session.with(call);
    } catch (error) {
      if (!isUnavailable(error) && !isUnauthenticated(error)) throw error;
      const name = this.options.device.device_name;
      throw new MeshError("UNAVAILABLE", `device ${name}: ${messageOf(error)}`, { cause: error });
    }
  }

  async order(task: ModelTask, { onText, signal, timeoutMs }: ModelOrderOptions): Promise<ModelAnswer> {
    if (!("generate" in task)) {
      throw new MeshError(
        "UNIMPLEMENTED",
        `device ${this.options.device.device_name} is an older one: it only takes prompts`,
      );
    }
    using call = new LinkedSignal(this.#closing.signal, signal);
    const limit = Math.min(timeoutMs ?? PROMPT_TIMEOUT_MS, MAX_TIMER_MS);
    const { output, stats } = await this.#prompt(task.generate, limit, call.signal).catch((error) => {
      throw call.signal.aborted || !isOurs(error)
        ? error
        : new MeshError("UNAVAILABLE", messageOf(error), { cause: error });
    });
    onText?.(output);
    return modelAnswer("", { end: { finish_reason: "stop", stats } });
  }

  close(reason: string): void {
    if (this.#closing.signal.aborted) return;
    clearInterval(this.#probe);
    clearTimeout(this.#silence);
    this.#closing.abort(new MeshError("UNAVAILABLE", reason));
    this.#client.close();
    this.options.events.closed(this, reason, false);
  }

  async #runTask(task: TaskAssignment): Promise<void> {
    this.#running++;
    const { job_id, task_id, attempt, lease } = task;
    using call = new LinkedSignal(this.#closing.signal);
    const key = refKey(task);
    this.#calls.set(key, call);
    const outcome: TaskOutcome = {
      job_id,
      task_id,
      attempt,
      ok: false,
      output: "",
      error: "",
      time_ms: 0,
      error_code: "",
      lease,
      generation: null,
      output_file: null,
    };
    try {
      Object.assign(outcome, await this.#call(task, call.signal));
      this.heard();
    } catch (error) {
      // Without a word of the device on the task itself, the device is lost and the task goes to another one.
      if (!isVerdict(error) && !call.signal.aborted) this.close(messageOf(error));
      outcome.error = messageOf(error);
      if (error instanceof MeshError) outcome.error_code = error.code;
    }
    this.#calls.delete(key);
    this.#running--;
    if (this.#closing.signal.aborted) return;
    this.options.events.outcomes(this, [outcome]);
    this.options.events.capacity(this);
  }

  async #call(task: TaskAssignment, signal: AbortSignal): Promise<Partial<TaskOutcome>> {
    const { orchestrator } = this.#client;
    const { job_id, task_id, kind, input, timeout_ms: timeoutMs, max_output_tokens: max_tokens } = task;
    if (kind === "LLM_GENERATE") {
      const request = { prompt: input, messages: [], model: "", max_tokens, sampling: null, format: "", device_id: "" };
      const { output, stats } = await this.#prompt(request, timeoutMs, signal);
      return { ok: true, output, time_ms: stats.total_ms, generation: stats };
    }
    const { ok, output, error, time_ms } = await this.#session.with((sessionId) =>
      callUnary<TaskRequest, TaskResult>(orchestrator, orchestrator.RunTask, { task_id, job_id, kind, input }, {
        timeoutMs,
        signal,
        sessionId,
      })
    );
    return { ok, output, error, time_ms };
  }

  async #prompt(request: GenerateRequest, timeoutMs: number, signal: AbortSignal) {
    const { orchestrator } = this.#client;
    const message = promptCallOf(request);
    const began = performance.now();
    const response = await this.#session.with((sessionId) =>
      callUnary<LLMTaskRequest, LLMTaskResponse>(orchestrator, orchestrator.RunLLMTask, message, {
        timeoutMs,
        signal,
        sessionId,
      })
    );
    this.heard();
    return answerOfPromptCall(response, performance.now() - began);
  }

  async #ask(): Promise<void> {
    try {
      await probe(this.#client, this.deviceId, this.#closing.signal);
      this.heard();
      if (this.#proven) return;
      await this.#session.open();
      this.#proven = true;
      this.options.events.capacity(this);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      log.debug("device {name} does not answer: {reason}", {
        name: this.options.device.device_name,
        reason: messageOf(error),
      });
      this.#closeWhenSilent(`no answer: ${messageOf(error)}`);
    }
  }

  /** Closes when the limit passes without a sign of life; that is before the answer to the next question may come. */
  #closeWhenSilent(reason: string): void {
    clearTimeout(this.#silence);
    const left = this.#lastHeard + SILENCE_LIMIT_MS - performance.now();
    this.#silence = setTimeout(() => this.close(reason), Math.max(0, left));
  }

  get address(): string {
    return this.options.device.grpc_addr;
  }

  /** The device showed that it is there. */
  heard(): void {
    this.#lastHeard = performance.now();
    clearTimeout(this.#silence);
    this.options.onSeen(this.deviceId);
  }
}
