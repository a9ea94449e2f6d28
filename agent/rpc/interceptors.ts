import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js";
import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { logger } from "../core/log.ts";
import { beginSpan, isTracing, TRACE_METADATA, type TraceSpan } from "../core/tracing.ts";
import { statusDetails } from "../mesh/grpc_status.ts";
import { type CallContext, type Caller, ServedCall } from "./call_context.ts";
import { grpcCaller, statusOf } from "./grpc_calls.ts";
import type { ServerStreamMethod, TwoWayMethod, UnaryMethod, UnreadRequest } from "./served_method.ts";

const log = logger("rpc");

/** A request up to this size, in bytes, is read before its session is looked at: that takes about a millisecond. */
const SMALL_BYTES = 65_536;

/** The same where no session is asked for; with `--auth open` the longest input of a task fits. */
const OPEN_BYTES = 2 * 1024 * 1024;

const STOPPING = "the agent is stopping";

/** Serves one unary method. What it throws becomes the call's status. */
export type UnaryHandler<Request, Response> = (request: Request, call: CallContext) => Response | Promise<Response>;

/** Serves one two-way stream until the promise resolves. */
export type StreamHandler<In, Out> = (stream: ServerDuplexStream<In, Out>, call: CallContext) => void;

/** Serves one request with many messages, until the promise resolves. */
export type ServerStreamHandler<Request, Message> = (
  request: Request,
  call: CallContext,
  send: (message: Message) => void,
) => Promise<void>;

/** Whose session a method needs. */
export interface SessionGate {
  /** @throws {MeshError} UNAUTHENTICATED */
  touch(sessionId: string): { readonly deviceName: string };
  isLive(sessionId: string): boolean;
  /** @throws {MeshError} UNAUTHENTICATED for what is neither a session nor the mesh key; RESOURCE_EXHAUSTED for who guesses */
  requireBearer(token: string, peer: string): { readonly clientName: string };
}

/** Hears how calls end. */
export interface CallObserver {
  /** @param code gRPC's name of it, `OK` where the call succeeded. @param ms from its beginning to its end */
  observed(edge: Caller["edge"], method: string, code: string, ms: number): void;
}

export interface InterceptorOptions {
  readonly sessions: SessionGate;
  /** `open` lets methods whose message has no `session_id` through without metadata, for older clients. */
  readonly auth: "required" | "open";
  readonly observer?: CallObserver | undefined;
}

/** What a method asks of its caller. */
export interface MethodRules {
  /** `none`: anyone may call. `required`: a live session. `strict`: a live session even with `--auth open`. */
  readonly session: "none" | "required" | "strict";
  /** Of a stream: whether the agent lets it end before it stops, as other calls. Default: no, it only tells. */
  readonly isWork?: boolean;
}

/**
 * What every call passes through: the session, the deadline, the log, and the mapping of failures to the wire. No handler
 * does any of it.
 */
export class Interceptors {
  readonly #shutdown = new AbortController();
  #active = 0;
  #refusing: string | undefined = "the agent is starting";
  #idle: (() => void)[] = [];

  constructor(private readonly options: InterceptorOptions) {}

  unary<Request, Response>(
    method: string,
    rules: MethodRules,
    handler: UnaryHandler<Request, Response>,
  ): UnaryMethod {
    const serve = async (caller: Caller, raw: UnreadRequest) => {
      const began = performance.now();
      using context = new ServedCall(caller, this.#shutdown.signal);
      const span = serverSpan(method, caller);
      let code = "OK";
      this.#active++;
      try {
        const admitted = this.#admitted(rules, raw, context, caller);
        // A small request costs no promise.
        const request = admitted instanceof Promise ? await admitted : admitted;
        const handle = () => handler(request as Request, context);
        const response = await (span ? span.run(handle) : handle());
        log.debug("{method} ok", { method, peer: context.peer, ms: performance.now() - began });
        return response;
      } catch (error) {
        const failure = shownFailure(method, error);
        code = failure.code;
        log.debug("{method} {code}: {message}", { method, peer: context.peer, code, message: failure.message });
        throw failure;
      } finally {
        this.#ended();
        this.#observe(method, caller, { began, code, span });
      }
    };
    return { kind: "unary", serve };
  }

  stream<In, Out>(method: string, rules: MethodRules, handler: StreamHandler<In, Out>): TwoWayMethod {
    const serve: handleBidiStreamingCall<In, Out> = (call) => {
      const caller = grpcCaller(call);
      const context = new ServedCall(caller, this.#shutdown.signal);
      const began = performance.now();
      let ended = false;
      const end = (code: string) => {
        context[Symbol.dispose]();
        if (!ended) this.#observe(method, caller, { began, code });
        ended = true;
      };
      call.on("close", () => end("OK"));
      call.on("cancelled", () => end("CANCELLED"));
      try {
        this.#admit(rules, undefined, context, caller);
        handler(call, context);
      } catch (error) {
        const failure = shownFailure(method, error);
        end(failure.code);
        call.emit("error", statusOf(failure));
      }
    };
    return { kind: "two-way stream", serve };
  }

  /** Messages for one request: the stream ends when the handler's promise resolves, or with what it rejects with. */
  serverStream<Request, Message>(
    method: string,
    rules: MethodRules,
    handler: ServerStreamHandler<Request, Message>,
  ): ServerStreamMethod {
    const serve = async (caller: Caller, raw: UnreadRequest, send: (message: unknown) => void) => {
      const began = performance.now();
      using context = new ServedCall(caller, this.#shutdown.signal);
      const span = serverSpan(method, caller);
      let code = "OK";
      if (rules.isWork) this.#active++;
      try {
        const request = await this.#admitted(rules, raw, context, caller);
        const handle = () => handler(request as Request, context, send);
        await (span ? span.run(handle) : handle());
      } catch (error) {
        const failure = shownFailure(method, error);
        code = failure.code;
        throw failure;
      } finally {
        if (rules.isWork) this.#ended();
        this.#observe(method, caller, { began, code, span });
      }
    };
    return { kind: "server stream", serve };
  }

  /** Lets calls through from now on: every part is there. */
  open(): void {
    this.#refusing = undefined;
  }

  /** Refuses new calls, waits until those under way have ended, at most `ms`; then aborts what is left. */
  async drain(ms: number): Promise<void> {
    this.#refusing = STOPPING;
    if (this.#active > 0) {
      const timeout = Promise.withResolvers<void>();
      const timer = setTimeout(timeout.resolve, ms);
      const idle = new Promise<void>((resolve) => this.#idle.push(resolve));
      await Promise.race([idle, timeout.promise]);
      clearTimeout(timer);
    }
    this.#shutdown.abort(new MeshError("UNAVAILABLE", STOPPING));
    // What was aborted just now gets the chance to say so to its caller.
    for (let turn = 0; turn < 20 && this.#active > 0; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  #observe(
    method: string,
    { edge }: Caller,
    call: { began: number; code: string; span?: TraceSpan | undefined },
  ): void {
    const { began, code, span } = call;
    this.options.observer?.observed(edge, method, code, performance.now() - began);
    span?.end(code === "OK" ? undefined : code);
  }

  #ended(): void {
    this.#active--;
    if (this.#active === 0) { for (const resolve of this.#idle.splice(0)) resolve(); }
  }

  /** The request, read only for a caller who may make it: a large one is not read at all before that is known. */
  #admitted(rules: MethodRules, raw: UnreadRequest, context: ServedCall, caller: Caller): unknown {
    if (raw.size > (this.#isOpen(rules, caller) ? OPEN_BYTES : SMALL_BYTES)) {
      return this.#admittedLarge(rules, raw, context, caller);
    }
    const request = raw.read();
    this.#admit(rules, request, context, caller);
    return request;
  }

  async #admittedLarge(
    rules: MethodRules,
    raw: UnreadRequest,
    context: ServedCall,
    caller: Caller,
  ): Promise<unknown> {
    if (this.#refusing) throw new MeshError("UNAVAILABLE", this.#refusing);
    const token = bearer(caller);
    if (caller.showsKey) this.options.sessions.requireBearer(token, caller.peer);
    else if (![raw.leadingText, token].some((id) => this.options.sessions.isLive(id))) {
      throw new MeshError("UNAUTHENTICATED", `a request of ${raw.size} bytes needs a live session`);
    }
    const request = await raw.readInTurns();
    this.#admit(rules, request, context, caller);
    return request;
  }

  /** Whether a caller without a session may make the call. */
  #isOpen({ session }: MethodRules, { showsKey }: Caller): boolean {
    return session === "none" || (session === "required" && this.options.auth === "open" && !showsKey);
  }

  #admit(rules: MethodRules, request: unknown, context: ServedCall, caller: Caller): void {
    if (this.#refusing) throw new MeshError("UNAVAILABLE", this.#refusing);
    if (rules.session === "none") return;
    const named = typeof request === "object" && request !== null && "session_id" in request;
    const inMessage = named ? String((request as { session_id: unknown }).session_id) : "";
    const token = inMessage || bearer(caller);
    if (!token && !named && this.#isOpen(rules, caller)) return;
    const { sessions } = this.options;
    context.clientName = caller.showsKey && !inMessage
      ? sessions.requireBearer(token, caller.peer).clientName
      : sessions.touch(token).deviceName;
    context.authenticated = true;
  }
}

/** Where traces are kept: the agent's part of the caller's, or a new one. */
function serverSpan(method: string, caller: Caller): TraceSpan | undefined {
  if (!isTracing()) return undefined;
  const parent = caller.metadata(TRACE_METADATA) || caller.metadata("traceparent");
  return beginSpan(method, { kind: "server", parent });
}

/** What of a failure goes to the caller. The cause of an unforeseen one goes to the log only. */
function shownFailure(method: string, error: unknown): MeshError {
  if (error instanceof MeshError) {
    const message = statusDetails(error.message);
    return message === error.message ? error : new MeshError(error.code, message, { cause: error });
  }
  const id = newId().slice(0, 8);
  log.error("{method} failed unexpectedly ({id}): {error}", { method, id, error });
  return new MeshError("INTERNAL", `internal error ${id}; the agent's log says more`);
}

function bearer(caller: Caller): string {
  return /^Bearer +(.+)$/i.exec(caller.metadata("authorization"))?.[1] ?? "";
}
