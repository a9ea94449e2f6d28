import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { logger } from "../core/log.ts";
import { inSpan } from "../core/tracing.ts";
import type {
  Monitor,
  ScreenOrder,
  ScreenReply,
  ScreenReport,
  ScreenStart,
  WebRTCOffer,
} from "../../proto/messages.ts";
import { screenReply } from "./batches.ts";
import { RunningCount } from "./running_count.ts";

const log = logger("worker");

/** How a device shows its screen. Every method throws a {@link MeshError} with the reason. */
export interface ScreenHost {
  /** Asks whoever has to be asked, and makes an offer. Nothing of the stream stays when the signal aborts before that. */
  start(request: ScreenStart, signal: AbortSignal): Promise<WebRTCOffer>;
  answer(streamId: string, sdp: string): Promise<void>;
  stop(streamId: string): Promise<void>;
  monitors(): Promise<Monitor[]>;
  /** What there is to say of the screen now. */
  report(): ScreenReport;
  /** Calls the listener when the report has changed. Returns what ends that. */
  onReport(listener: () => void): () => void;
}

/** Why a device with `--screen off` shows nothing. */
export const SCREEN_OFF = "this device shows no screen (--screen off)";

/** Orders of one coordinator for this device's screen. The streams themselves outlive its connection: they are the viewers'. */
export class ScreenRuns {
  readonly #runs = new Map<string, LinkedSignal>();
  readonly running = new RunningCount();

  /**
   * @param screen undefined where it is off
   * @param put puts a reply on the stream, with its rough size in bytes
   */
  constructor(
    private readonly screen: ScreenHost | undefined,
    private readonly put: (reply: ScreenReply, bytes: number) => void,
  ) {}

  report(): ScreenReport {
    return this.screen?.report() ?? { streams: [], unavailable: SCREEN_OFF };
  }

  async begin(order: ScreenOrder): Promise<void> {
    const { order_id } = order;
    if (this.#runs.has(order_id)) return;
    using run = new LinkedSignal();
    this.#runs.set(order_id, run);
    this.running.begin();
    try {
      const traced = { kind: "consumer", parent: order.trace_parent } as const;
      const result = await inSpan("screen", traced, () => this.#run(order, run.signal));
      this.put(screenReply(order_id, result), 1024 + (result.offer?.sdp.length ?? 0));
    } catch (error) {
      this.put(screenReply(order_id, failureOf(run.signal.aborted ? run.signal.reason : error)), 256);
    } finally {
      this.#runs.delete(order_id);
      this.running.end();
    }
  }

  /** Nobody wants the order any more. */
  cancel(orderId: string): void {
    this.#runs.get(orderId)?.abort(new MeshError("CANCELLED", "the caller went away"));
  }

  stop(reason: string): void {
    const stopped = new MeshError("UNAVAILABLE", reason);
    for (const run of this.#runs.values()) run.abort(stopped);
  }

  async #run({ start, answer, stop, monitors }: ScreenOrder, signal: AbortSignal): Promise<Partial<ScreenReply>> {
    const { screen } = this;
    if (!screen) throw new MeshError("FAILED_PRECONDITION", SCREEN_OFF);
    if (start) return { offer: await screen.start(start, signal) };
    if (answer) await screen.answer(answer.stream_id, answer.sdp);
    else if (stop) await screen.stop(stop.stream_id);
    else if (monitors) return { monitors: { monitors: await screen.monitors() } };
    else throw new MeshError("UNIMPLEMENTED", "this device does not know what is asked of its screen");
    return {};
  }
}

function failureOf(error: unknown): Partial<ScreenReply> {
  if (error instanceof MeshError) return { error_code: error.code, error_message: error.message };
  const id = newId().slice(0, 8);
  log.error("an order for the screen failed unexpectedly ({id}): {error}", { id, error });
  return { error_code: "INTERNAL", error_message: `internal error ${id} on the device; its log says more` };
}
