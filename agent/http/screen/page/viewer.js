// @ts-check
/// <reference lib="dom" />
import { findDevice } from "./find_device.js";
import { CallError } from "./mesh_calls.js";
import { ScreenStream } from "./screen_stream.js";

/** @typedef {import("./mesh_calls.js").MeshCalls} MeshCalls */
/** @typedef {import("./mesh_calls.js").Monitor} Monitor */
/** @typedef {import("./mesh_calls.js").Picked} Picked */
/** @typedef {import("./screen_stream.js").StreamEvents} StreamEvents */

/**
 * How it goes: `connecting` until the first picture; `waiting` to connect again by itself; `refused` and `ended` until somebody wants
 * another try; `locked` where the key is wrong.
 *
 * @typedef {"connecting" | "streaming" | "paused" | "waiting" | "refused" | "ended" | "locked"} State
 */

/** What the agent says that another try will not change. */
const FINAL = new Set([
  "permission_denied",
  "failed_precondition",
  "invalid_argument",
  "not_found",
  "unimplemented",
  "already_exists",
]);

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Keeps a device's screen on the page: connects, and connects again where the stream breaks. */
export class Viewer {
  #options;
  #wanted;
  /** @type {ScreenStream | undefined} */
  #stream;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  /** @type {State} */
  #state = "connecting";
  /** Another start makes what an earlier one still waits for void. */
  #generation = 0;
  /** As messages name it. */
  #name;

  /**
   * @param {object} options
   * @param {MeshCalls} options.calls
   * @param {string} options.device as the address names it
   * @param {Picked} options.picked
   * @param {string} options.video
   * @param {(state: State, message: string) => void} options.onState
   * @param {(device: import("./mesh_calls.js").Device) => void} options.onDevice
   * @param {(monitors: Monitor[]) => void} options.onMonitors
   * @param {Omit<StreamEvents, "onPause" | "onResume" | "onEnd">} options.events
   */
  constructor(options) {
    this.#options = options;
    this.#wanted = { ...options.picked };
    this.#name = options.device;
  }

  start() {
    this.stop();
    this.#failures = 0;
    this.#connect();
  }

  /** Ends the stream. Idempotent; says nothing. */
  stop() {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#stream?.stop();
    this.#stream = undefined;
  }

  /** @param {Partial<Picked>} picked what is to change */
  pick(picked) {
    Object.assign(this.#wanted, picked);
    this.#stream?.set(picked);
  }

  /** @param {number} frame */
  shown(frame) {
    this.#stream?.shown(frame);
    this.showing();
  }

  /** A picture is on the screen. */
  showing() {
    if (this.#state === "paused" || !this.#stream) return;
    this.#failures = 0;
    if (this.#state !== "streaming") this.#become("streaming", "");
  }

  /** What of a video has come so far in this stream; undefined where there is none. */
  async video() {
    return await this.#stream?.video();
  }

  startAnew() {
    this.#stream?.startAnew();
  }

  async #connect() {
    const generation = ++this.#generation;
    const { calls, device: wanted, video, onDevice, onMonitors, events } = this.#options;
    this.#become("connecting", "Connecting…");
    try {
      const device = findDevice(wanted, await calls.devices());
      if (generation !== this.#generation) return;
      onDevice(device);
      this.#name = device.deviceName;
      this.#become("connecting", `Asking ${device.deviceName} for its screen. Its user may have to allow it…`);
      // What there is to choose from is also known where the stream is refused.
      calls.monitors(device.deviceId).then(onMonitors, () => {});
      const stream = new ScreenStream(calls, {
        ...events,
        onPause: (reason) => this.#become("paused", `${device.deviceName} cannot be captured at the moment: ${reason}`),
        onResume: () => this.#become("connecting", "The screen is back…"),
        onEnd: ({ reason, onPurpose }) => {
          this.#stream = undefined;
          if (onPurpose) this.#become("ended", `The stream was ended: ${reason}`);
          else this.#retry(`The stream broke: ${reason}.`);
        },
      });
      this.#stream = stream;
      await stream.start(device.deviceId, this.#wanted, video);
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#stream = undefined;
      this.#failed(error);
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof CallError)) return this.#become("refused", message);
    if (error.code === "unauthenticated") return this.#become("locked", message);
    if (FINAL.has(error.code)) return this.#become("refused", `${this.#name} does not show its screen: ${message}`);
    this.#retry(message);
  }

  /** @param {string} why */
  #retry(why) {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    const pause = longest * (0.5 + Math.random() / 2);
    this.#become("waiting", `${why} Trying again…`);
    this.#timer = setTimeout(() => this.#connect(), pause);
  }

  /**
   * @param {State} state
   * @param {string} message
   */
  #become(state, message) {
    this.#state = state;
    this.#options.onState(state, message);
  }
}
