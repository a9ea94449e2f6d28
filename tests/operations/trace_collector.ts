import { eventually } from "../processes.ts";

/** A span as OpenTelemetry's protocol has it in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at the beginning of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  /** `service.name` of the process that it comes from. */
  readonly service: string;
}

interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<CollectedSpan, "service">[] }[];
  }[];
}

/** How Deno names its spans of requests over HTTP, of which gRPC's calls are some. */
const DENO_OWN: ReadonlySet<string> = new Set(["GET", "POST"]);

/** Stands in for a collector of traces: takes what processes send, and keeps the spans. */
export class TraceCollector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const body = await request.json() as OtlpTraces;
      for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
        const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
        for (const { spans } of scopeSpans) {
          for (const { traceId, spanId, parentSpanId = "", name } of spans) {
            this.spans.push({ traceId, spanId, parentSpanId, name, service });
          }
        }
      }
      return Response.json({});
    });
  }

  /** What makes a process send its traces here, under this name. */
  environment(service: string): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_SERVICE_NAME: service,
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
  }

  /** The span of that name and process, once it has come. @param known spans that are not meant */
  async span(service: string, name: string, known: ReadonlySet<CollectedSpan> = new Set()): Promise<CollectedSpan> {
    const isMeant = (span: CollectedSpan) => span.service === service && span.name === name && !known.has(span);
    return await this.#eventually(isMeant, `the span ${name} of ${service}`);
  }

  /** What a span belongs to, but for what Deno itself says of the requests in between. Undefined at the beginning of a trace. */
  async parentOf({ traceId, parentSpanId }: CollectedSpan): Promise<CollectedSpan | undefined> {
    if (parentSpanId === "") return undefined;
    const isMeant = (span: CollectedSpan) => span.traceId === traceId && span.spanId === parentSpanId;
    const parent = await this.#eventually(isMeant, `the span ${parentSpanId}`);
    return DENO_OWN.has(parent.name) ? await this.parentOf(parent) : parent;
  }

  async #eventually(isMeant: (span: CollectedSpan) => boolean, what: string): Promise<CollectedSpan> {
    try {
      return await eventually(() => this.spans.find(isMeant), what);
    } catch (cause) {
      const seen = this.spans.map(({ service, name }) => `${service}: ${name}`).join(", ");
      throw new Error(`Cannot find ${what} among ${seen}`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
