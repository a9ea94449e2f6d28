import type * as Api from "@opentelemetry/api";

/** The part of a trace that one piece of work is, on the agent that does it. */
export interface TraceSpan {
  /** Names it as the parent of another agent's span: https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly traceParent: string;
  /** Does something within it: spans that are begun meanwhile, or after an `await` in it, are its children. */
  run<T>(work: () => T): T;
  /** It is over. @param failure why it came to nothing: a code and one line, without secrets */
  end(failure?: string): void;
}

export interface SpanOptions {
  /** `server` and `consumer` serve a caller elsewhere, `client` calls somebody elsewhere. Default: neither. */
  readonly kind?: "server" | "client" | "consumer";
  /** Where it began on another agent; empty, or what is none: it belongs to what runs now, else begins a trace. */
  readonly parent?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** Where Deno, when it is told to keep traces (`OTEL_DENO=true`), puts what keeps them: OpenTelemetry's own place for that. */
const PROVIDERS = Symbol.for("opentelemetry.js.api.1");

/**
 * Metadata of a call that names the caller's span. Not `traceparent` alone: Deno writes the span of the HTTP request over that, which
 * knows nothing of the call that it carries.
 */
export const TRACE_METADATA = "x-edgemesh-traceparent";

const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

let api: typeof Api | undefined;

/** Makes spans from now on, if Deno keeps them. Otherwise OpenTelemetry is not even loaded, and nothing costs anything. */
export async function startTracing(): Promise<void> {
  if (PROVIDERS in globalThis) api ??= await import("@opentelemetry/api");
}

/** Whether traces are kept. */
export function isTracing(): boolean {
  return api !== undefined;
}

/** Begins a span; undefined where no traces are kept. */
export function beginSpan(name: string, options: SpanOptions = {}): TraceSpan | undefined {
  return api && new ApiSpan(api, name, options);
}

/** Names the span within which this runs as the parent of another agent's; empty where there is none. */
export function traceParentHere(): string {
  const here = api?.trace.getActiveSpan()?.spanContext();
  return here ? traceParentOf(here) : "";
}

/** Does work within a span of its own, which ends when the work does. */
export async function inSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const span = beginSpan(name, options);
  if (!span) return await work();
  try {
    const result = await span.run(work);
    span.end();
    return result;
  } catch (error) {
    span.end(failureText(error));
    throw error;
  }
}

/** What a span says of a failure: its code, where it has one. Messages may quote what callers sent. */
export function failureText(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "INTERNAL";
}

class ApiSpan implements TraceSpan {
  readonly traceParent: string;
  readonly #span: Api.Span;
  readonly #within: Api.Context;

  constructor(private readonly api: typeof Api, name: string, { kind, parent = "", attributes = {} }: SpanOptions) {
    const { context, SpanKind, trace } = api;
    const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER };
    const remote = spanContextOf(parent);
    const above = remote ? trace.setSpanContext(api.ROOT_CONTEXT, remote) : context.active();
    const options = { kind: kind ? kinds[kind] : SpanKind.INTERNAL, attributes };
    this.#span = trace.getTracer("edgemesh").startSpan(name, options, above);
    this.#within = trace.setSpan(above, this.#span);
    this.traceParent = traceParentOf(this.#span.spanContext());
  }

  run<T>(work: () => T): T {
    return this.api.context.with(this.#within, work);
  }

  end(failure?: string): void {
    if (failure !== undefined) this.#span.setStatus({ code: this.api.SpanStatusCode.ERROR, message: failure });
    this.#span.end();
  }
}

/** Undefined for what is no traceparent: whoever calls may send anything. */
function spanContextOf(traceParent: string): Api.SpanContext | undefined {
  const [, traceId = "", spanId = "", flags = ""] = TRACE_PARENT.exec(traceParent) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true };
}

function traceParentOf({ traceId, spanId, traceFlags }: Api.SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, "0")}`;
}
