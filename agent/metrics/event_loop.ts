import type { Component } from "../core/lifecycle.ts";
import { Histogram } from "./histogram.ts";

/** How often the delay is measured, in ms: rarely enough that a device at rest is not kept awake. */
const EVERY_MS = 500;

/** In s. */
const BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** How late timers are: what else runs on the agent's one thread keeps everything waiting for so long. */
export class EventLoopDelay implements Component {
  readonly name = "event loop delay";
  readonly histogram = new Histogram(
    "edgemesh_event_loop_delay_seconds",
    "How late a timer was that is set every half second",
    BOUNDS,
  );
  #timer: ReturnType<typeof setInterval> | undefined;
  #expected = 0;

  start(): void {
    this.#expected = performance.now() + EVERY_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.histogram.observe(Math.max(0, now - this.#expected) / 1000);
      this.#expected = now + EVERY_MS;
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
