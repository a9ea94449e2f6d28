import type { EventEmitter } from "node:events";
import * as grpc from "@grpc/grpc-js";
import type { OrchestratorServiceHandlers } from "../proto/gen/edgemesh/OrchestratorService.ts";
import type { MeshServiceHandlers } from "../proto/gen/edgemesh/v1/MeshService.ts";
import { contract } from "../proto/load.ts";

/** A call as a test's agent received it. */
export interface ReceivedCall {
  readonly method: string;
  // deno-lint-ignore no-explicit-any -- tests look into messages of every type
  readonly request: any;
  /** The metadata `authorization`. */
  readonly authorization: string | undefined;
  /** The metadata `x-idempotency-key`. */
  readonly idempotencyKey: string | undefined;
  /** What its deadline left of it when it came, in ms; Infinity = it had none. */
  readonly remainingMs: number;
  /** Aborts when the caller goes away before it is answered. */
  readonly cancelled: AbortSignal;
}

/**
 * An answer, or how the call fails; a function of the request and of how often the method was called before. A server
 * stream is answered with its messages, of which the last may be how it fails.
 */
type Canned<Handler> = Handler extends grpc.handleUnaryCall<infer Request, infer Answer>
  ? (request: Request, times: number) => Answer | Failure | Promise<Answer | Failure>
  : Handler extends grpc.handleServerStreamingCall<infer Request, infer Answer>
    ? (request: Request, times: number) => Messages<Answer>
  : never;

type Messages<Answer> = Iterable<Answer | Failure> | AsyncIterable<Answer | Failure>;

export type CannedAnswers =
  & { [Method in keyof OrchestratorServiceHandlers as Method & string]?: Canned<OrchestratorServiceHandlers[Method]> }
  & { [Method in keyof MeshServiceHandlers as Method & string]?: Canned<MeshServiceHandlers[Method]> };

/** How a call fails. */
export class Failure {
  constructor(readonly code: grpc.status, readonly details: string) {}
}

type CannedCall = EventEmitter & {
  readonly request: unknown;
  readonly metadata: grpc.Metadata;
  getDeadline(): grpc.Deadline;
};

export const SESSION_ID = "11111111-2222-4333-8444-555555555555";

/** An agent for tests: a real gRPC server on a free loopback port that gives canned answers and knows one key. */
export class CannedAgent implements AsyncDisposable {
  readonly calls: ReceivedCall[] = [];
  #port = 0;
  #received = Promise.withResolvers<void>();

  private constructor(private readonly server: grpc.Server) {}

  static async start(answers: CannedAnswers, options: { key?: string; withMesh?: boolean } = {}): Promise<CannedAgent> {
    const agent = new CannedAgent(new grpc.Server());
    const all: CannedAnswers = {
      CreateSession: (request) =>
        request.security_key === (options.key ?? "right")
          ? { session_id: SESSION_ID, host_name: "host", connected_at: 1 }
          : new Failure(grpc.status.UNAUTHENTICATED, "wrong mesh key"),
      ...answers,
    };
    const { orchestrator, mesh } = contract();
    agent.server.addService(orchestrator, agent.#handlers(orchestrator, all));
    if (options.withMesh !== false) agent.server.addService(mesh, agent.#handlers(mesh, all));
    agent.#port = await new Promise<number>((resolve, reject) =>
      agent.server.bindAsync(
        "127.0.0.1:0",
        grpc.ServerCredentials.createInsecure(),
        (error, port) => error ? reject(error) : resolve(port),
      )
    );
    return agent;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The requests that a method received. */
  // deno-lint-ignore no-explicit-any -- as above
  requests(method: string): any[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.request);
  }

  /** Waits until a method was called. */
  async called(method: string): Promise<ReceivedCall> {
    while (true) {
      const received = this.#received.promise;
      const call = this.calls.find((call) => call.method === method);
      if (call) return call;
      await received;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.server.forceShutdown();
    return Promise.resolve();
  }

  #handlers(service: Readonly<Record<string, unknown>>, answers: CannedAnswers): grpc.UntypedServiceImplementation {
    const given = answers as Record<string, ((request: unknown, times: number) => unknown) | undefined>;
    return Object.fromEntries(
      Object.entries(service).map(([method, definition]) => {
        const { responseStream } = definition as grpc.MethodDefinition<unknown, unknown>;
        const answer = given[method] ?? (() => this.#unanswered(method, responseStream));
        return [method, responseStream ? this.#streaming(method, answer) : this.#unary(method, answer)];
      }),
    );
  }

  #unanswered(method: string, responseStream: boolean): unknown {
    const failure = new Failure(grpc.status.UNIMPLEMENTED, `${method} has no canned answer`);
    return responseStream ? [failure] : failure;
  }

  #unary(method: string, answer: (request: unknown, times: number) => unknown): grpc.handleUnaryCall<unknown, unknown> {
    return async (call, callback) => {
      const given = await answer(call.request, this.#record(method, call));
      if (given instanceof Failure) callback({ code: given.code, details: given.details });
      else callback(null, given);
    };
  }

  #streaming(
    method: string,
    answer: (request: unknown, times: number) => unknown,
  ): grpc.handleServerStreamingCall<unknown, unknown> {
    return async (call) => {
      const messages = answer(call.request, this.#record(method, call)) as Messages<unknown>;
      for await (const message of messages) {
        if (call.cancelled) return;
        if (message instanceof Failure) return call.emit("error", { ...message });
        call.write(message);
      }
      call.end();
    };
  }

  /** Keeps a call for the test. @returns how often the method was called before */
  #record(method: string, call: CannedCall): number {
    const times = this.requests(method).length;
    const text = (key: string) => call.metadata.get(key)[0]?.toString();
    const cancel = new AbortController();
    call.on("cancelled", () => cancel.abort());
    this.calls.push({
      method,
      request: call.request,
      authorization: text("authorization"),
      idempotencyKey: text("x-idempotency-key"),
      remainingMs: Number(call.getDeadline()) - Date.now(),
      cancelled: cancel.signal,
    });
    this.#received.resolve();
    this.#received = Promise.withResolvers();
    return times;
  }
}
