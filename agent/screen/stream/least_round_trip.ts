import type { SctpAssociation } from "./werift_parts.ts";

/** How long a measured time counts, in ms: the way may become another one. */
const LIFE_MS = 30_000;

/** What the way to a viewer takes at best, there and back, by the transport's own acknowledgements. Times are in ms, of one clock. */
export class LeastRoundTrip {
  /** The least time, then the least that came after it, and so on. */
  readonly #times: { ms: number; at: number }[] = [];

  constructor(private readonly now: () => number) {}

  /** Is told of each time that werift measures. */
  watch(sctp: SctpAssociation): void {
    const update = sctp.updateRto.bind(sctp);
    sctp.updateRto = (seconds) => {
      update(seconds);
      this.note(seconds * 1000);
    };
  }

  note(ms: number): void {
    const at = this.now();
    while ((this.#times.at(-1)?.ms ?? -1) >= ms) this.#times.pop();
    this.#times.push({ ms, at });
    while ((this.#times[0]?.at ?? at) < at - LIFE_MS) this.#times.shift();
  }

  /** In ms; 0 before the first was measured. */
  get ms(): number {
    return this.#times[0]?.ms ?? 0;
  }
}
