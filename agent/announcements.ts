import type { Component } from "./core/lifecycle.ts";
import type { DeviceInfo } from "../proto/messages.ts";

/** New rates are told at most this often, in ms: every telling is a write in each coordinator's store. */
const RATES_MS = 2000;

/** Rates that differ by less than this part are not worth telling. */
const NOTABLE = 0.02;

type Told = Pick<
  DeviceInfo,
  | "can_screen_capture"
  | "has_local_model"
  | "local_model_name"
  | "local_chat_endpoint"
  | "llm_prefill_toks_per_s"
  | "llm_decode_toks_per_s"
>;

/**
 * Tells the mesh what this device is when its models or its screen have changed: at once what there is, soon how fast the models
 * are.
 */
export class Announcements implements Component {
  readonly name = "announcements";
  #told: Told | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unlisten: (() => void) | undefined;

  /**
   * @param onChange calls a listener when what this device is may have changed; returns what ends that
   * @param announce registers this device anew, wherever it is registered; it handles its own failures
   */
  constructor(
    private readonly info: () => Told,
    private readonly onChange: (listener: () => void) => () => void,
    private readonly announce: () => void,
  ) {}

  start(): void {
    this.#told = this.info();
    this.#unlisten = this.onChange(() => this.#look());
  }

  stop(): void {
    this.#unlisten?.();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { info } = this;
    const [now, told] = [info(), this.#told];
    if (!told || isOther(now, told)) this.#tell(now);
    else if (isFaster(now, told)) this.#timer ??= setTimeout(() => this.#tell(info()), RATES_MS);
  }

  #tell(now: Told): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#told = now;
    this.announce();
  }
}

function isOther(a: Told, b: Told): boolean {
  return a.can_screen_capture !== b.can_screen_capture || a.has_local_model !== b.has_local_model ||
    a.local_model_name !== b.local_model_name ||
    a.local_chat_endpoint !== b.local_chat_endpoint || isMeasured(a) !== isMeasured(b);
}

/** Before, others reckon with the defaults of its platform. */
function isMeasured({ llm_prefill_toks_per_s, llm_decode_toks_per_s }: Told): boolean {
  return llm_prefill_toks_per_s > 0 && llm_decode_toks_per_s > 0;
}

/** Or slower. */
function isFaster(a: Told, b: Told): boolean {
  return differs(a.llm_prefill_toks_per_s, b.llm_prefill_toks_per_s) ||
    differs(a.llm_decode_toks_per_s, b.llm_decode_toks_per_s);
}

function differs(a: number, b: number): boolean {
  return Math.abs(a - b) > NOTABLE * Math.max(a, b);
}
