import { MeshError } from "../../agent/core/errors.ts";
import { generateRequest } from "../../agent/llm/generate_request.ts";
import type { MeshClient } from "../../cli/client.ts";
import type { TaskSpec } from "../../proto/gen/edgemesh/TaskSpec.ts";
import type { GenerateRequest, GenerationEnd, GenerationStart, TaskDetail } from "../../proto/messages.ts";
import { assert } from "../assert.ts";
import { MeshSession } from "../mesh_client.ts";
import { AgentProcess, eventually, TEST_KEY } from "../processes.ts";
import { type OllamaOptions, StandInOllama } from "../stand_in/ollama.ts";

/** The model that both devices have. */
export const MODEL = "tiny:1b";

/** What came of a prompt. */
export interface Heard {
  /** Those that were given the prompt, in their order. */
  readonly starts: GenerationStart[];
  text: string;
  end: GenerationEnd | null;
  /** Undefined where it was answered. */
  failure: MeshError | undefined;
}

/** Asks a mesh by Generate, and hears it to its end or failure. @param onText called with all that was said so far */
export async function heard(
  client: MeshClient,
  request: Partial<GenerateRequest>,
  onText: (text: string) => void = () => {},
): Promise<Heard> {
  const result: Heard = { starts: [], text: "", end: null, failure: undefined };
  try {
    const given = { prompt: "a b c", max_tokens: 8, ...request };
    for await (const event of client.generate(generateRequest(given))) {
      if (event.start) result.starts.push(event.start);
      result.text += event.text;
      result.end = event.end ?? result.end;
      if (event.text !== "") onText(result.text);
    }
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    result.failure = error;
  }
  return result;
}

/** What a chat over HTTP was answered with. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A task that a model answers. */
export function promptTask(task_id: string, part: Partial<TaskSpec> = {}): TaskSpec {
  return { task_id, kind: "LLM_GENERATE", input: `tell me of ${task_id}`, max_output_tokens: 6, ...part };
}

/** Two devices with a stand-in for Ollama each, and the ways to ask them. */
export class ModelMesh implements AsyncDisposable {
  #stack: AsyncDisposableStack | undefined;

  private constructor(
    readonly ollamas: { readonly alpha: StandInOllama; readonly beta: StandInOllama },
    /** The coordinator. */
    readonly alpha: AgentProcess,
    readonly beta: AgentProcess,
    readonly session: MeshSession,
  ) {}

  /** @param flags of both agents */
  static async start(options: OllamaOptions = {}, flags: readonly string[] = []): Promise<ModelMesh> {
    await using stack = new AsyncDisposableStack();
    const ollama = async () => stack.use(await StandInOllama.start({ models: [{ name: MODEL }], ...options }));
    const ollamas = { alpha: await ollama(), beta: await ollama() };
    const alpha = stack.use(
      await AgentProcess.start({ name: "alpha", flags: ["--ollama", ollamas.alpha.url, ...flags] }),
    );
    const beta = stack.use(
      await AgentProcess.start({
        name: "beta",
        join: [alpha.grpc],
        flags: ["--ollama", ollamas.beta.url, ...flags],
      }),
    );
    const session = stack.use(await MeshSession.open(alpha.grpc));
    const mesh = new ModelMesh(ollamas, alpha, beta, session);
    await mesh.recovered(2);
    mesh.#stack = stack.move();
    return mesh;
  }

  ask(request: Partial<GenerateRequest> = {}, onText?: (text: string) => void): Promise<Heard> {
    return heard(this.session.client, request, onText);
  }

  /** RunLLMTask on the coordinator. */
  prompt(prompt = "a b c", maxTokens = 8) {
    return this.session.client.orchestrator("RunLLMTask", { prompt, max_tokens: maxTokens });
  }

  /** A chat over HTTP. @param deviceId empty = any */
  async chat(body: Record<string, unknown> = {}, deviceId = "", signal?: AbortSignal): Promise<HttpAnswer> {
    const response = await fetch(`http://${this.alpha.http}/v1/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${TEST_KEY}`,
        ...(deviceId ? { "x-edgemesh-device-id": deviceId } : {}),
      },
      body: JSON.stringify({
        model: "default",
        max_tokens: 8,
        messages: [{ role: "user", content: "a b c" }],
        ...body,
      }),
      ...(signal ? { signal } : {}),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Runs a job of these tasks to its end. */
  async job(tasks: TaskSpec[], taskTimeoutMs = 0) {
    const id = await this.session.start([{ index: 0, tasks }], { taskTimeoutMs });
    const end = await this.session.end(id);
    const details: TaskDetail[] = await this.session.tasks(id);
    return { state: end.state, reason: end.reason, tasks: details };
  }

  /** Waits until as many devices have a model, and no model server works at anything. */
  async recovered(devices: number): Promise<void> {
    await eventually(async () => {
      const states = (await this.session.devices()).filter(({ online, device }) => online && device?.has_local_model);
      return states.length === devices || undefined;
    }, `${devices} devices with a model`);
    await this.idle();
  }

  /** Waits until no model server works at anything. */
  async idle(): Promise<void> {
    for (const ollama of Object.values(this.ollamas)) {
      await eventually(
        () => ollama.requests.every(({ state }) => state !== "running") || undefined,
        "the end of all requests at the model servers",
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack?.disposeAsync();
  }
}

/** Asserts that a message is one clear line: short, without a stack, and with these words. */
export function assertLine(message: string, ...words: readonly string[]): void {
  assert(
    message !== "" && message.length < 600 && !/[\n\r]|\bat (async )?\S+ \(|undefined|\[object/.test(message),
    message,
  );
  for (const word of words) assert(message.includes(word), `${JSON.stringify(message)} lacks ${JSON.stringify(word)}`);
}
