import { type Fault, FaultPlan } from "./fault.ts";
import type { HttpExchange } from "./http_exchange.ts";
import { StandInHttpServer } from "./http_server.ts";
import { FaultMet, meetFault } from "./meet_fault.ts";
import { type RecordedRequest, RecordedRequests } from "./recorded_requests.ts";
import type { Turns } from "./turns.ts";

/** What stand-ins for model servers have in common: they record what they see, fail as told, die and come back. */
export abstract class StandInServer implements AsyncDisposable {
  protected readonly record = new RecordedRequests();
  readonly #http: StandInHttpServer;
  readonly #faults = new FaultPlan();
  readonly #workPaths: ReadonlySet<string>;
  #life = new AbortController();

  /**
   * @param turns who is worked on, and who waits
   * @param workPaths of requests for text and embeddings
   */
  protected constructor(readonly turns: Turns, workPaths: readonly string[]) {
    this.#workPaths = new Set(workPaths);
    this.#http = new StandInHttpServer((exchange) => this.#respond(exchange), () => this.record.changed());
  }

  /** @param body of the request, where it is a JSON object */
  protected abstract answer(
    exchange: HttpExchange,
    record: RecordedRequest,
    body: Readonly<Record<string, unknown>> | null,
  ): Promise<void>;

  /** @param port 0 = a free one, or the one that it had before */
  protected listen(port = 0): void {
    this.#http.start(port);
  }

  /** The fault that this request for text or embeddings meets. */
  protected faultOf(record: RecordedRequest): Fault | null {
    return this.#faults.take(record.path, true);
  }

  /** Aborts when the stand-in stops. */
  protected get life(): AbortSignal {
    return this.#life.signal;
  }

  /** Without a slash at its end. The same after a restart. */
  get url(): string {
    return this.#http.url;
  }

  /** Requests for text and embeddings, oldest first. */
  get requests(): readonly RecordedRequest[] {
    return this.record.all.filter((request) => this.#workPaths.has(request.path));
  }

  /** All requests, those that only ask what it has as well. */
  get allRequests(): readonly RecordedRequest[] {
    return this.record.all;
  }

  /** How many connections clients have open. */
  get connections(): number {
    return this.#http.open;
  }

  /** How many connections were opened so far. */
  get connectionsMade(): number {
    return this.#http.accepted;
  }

  /** What goes wrong from now on; null = nothing. */
  get fault(): Fault | null {
    return this.#faults.fault;
  }

  set fault(fault: Fault | null) {
    this.#faults.fault = fault;
  }

  /** Resolves as soon as `holds` is true of what it sees; it is asked whenever a request or a connection changes. */
  until(holds: (server: this) => boolean): Promise<void> {
    return this.record.until(() => holds(this));
  }

  /** As when its process is killed: connections are closed in the middle of whatever they carry. */
  async stop(): Promise<void> {
    this.#life.abort(new Error("the stand-in stopped"));
    await this.#http.stop();
  }

  /** Starts it again on its port. */
  restart(): void {
    this.#life = new AbortController();
    this.#http.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #respond(exchange: HttpExchange): Promise<void> {
    const { path, body } = exchange.request;
    const parsed = parseObject(body);
    const record = this.record.add(path, parsed ?? {});
    const life = this.#life.signal;
    try {
      const fault = this.#workPaths.has(path) ? null : this.#faults.take(path, false);
      if (fault) await meetFault(fault, 0, exchange);
      await this.answer(exchange, record, parsed);
      this.record.end(record, "done");
    } catch (error) {
      this.record.end(record, exchange.gone.aborted && !life.aborted ? "stopped" : "failed");
      if (!exchange.gone.aborted && !(error instanceof FaultMet)) throw error;
    }
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // Not JSON: the answer says so.
    return null;
  }
}
