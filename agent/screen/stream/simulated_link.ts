import { Sending } from "./werift_fixes_sctp_sending.ts";
import type { DataChunk } from "./werift_fixes_sctp_sent.ts";

/** Bytes of the data of a packet. */
export const PACKET = 1160;

export interface LinkOptions {
  /** In ms. */
  readonly roundTrip: number;
  /** In bytes/ms, of what all flows share; Infinity = as fast as may be. */
  readonly speed?: number;
  /** In bytes: what finds no room in it is lost. */
  readonly queue?: number;
  /** Of the packets in each direction, 0..1. */
  readonly loss?: number;
}

/** A link that several senders share, in simulated time, in steps of an eighth of a ms. */
export class SimulatedLink {
  now = 0;
  readonly flows: SimulatedFlow[] = [];
  #options: Required<LinkOptions>;
  #freeAt = 0;
  #seed = 7;

  constructor(options: LinkOptions) {
    this.#options = { speed: Infinity, queue: Infinity, loss: 0, ...options };
  }

  get options(): LinkOptions & { readonly loss: number } {
    return this.#options;
  }

  /** From now on. */
  change(options: Partial<LinkOptions>): void {
    this.#options = { ...this.#options, ...options };
  }

  flow(): SimulatedFlow {
    const flow = new SimulatedFlow(this);
    this.flows.push(flow);
    return flow;
  }

  /** Lets so many ms pass. */
  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now += 1 / 8) for (const flow of this.flows) flow.step();
  }

  /** Bytes that wait on the link. */
  get waiting(): number {
    return this.#options.speed === Infinity ? 0 : Math.max(0, this.#freeAt - this.now) * this.#options.speed;
  }

  /** @returns when a packet arrives; undefined when it is lost */
  carry(bytes: number): number | undefined {
    const { speed, queue, loss, roundTrip } = this.#options;
    if (this.waiting + bytes > queue || this.random() < loss) return undefined;
    this.#freeAt = Math.max(this.#freeAt, this.now) + bytes / speed;
    return this.#freeAt + roundTrip / 2;
  }

  /** The same numbers in each run. */
  random(): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return this.#seed / 2_147_483_648;
  }
}

interface Event {
  readonly at: number;
  readonly happen: () => void;
}

/** A sender, its receiver, and what is sent: messages as long as somebody gives them. */
export class SimulatedFlow {
  readonly sending = new Sending(PACKET);
  readonly queue: DataChunk[] = [];
  /** Bytes that arrived in order, and packets that were sent, also again. */
  arrived = 0;
  packets = 0;
  /** Times in ms from giving a message to its arrival. */
  readonly delays: number[] = [];
  /** The receiver gives no sign until then, and takes nothing in, as on a busy machine. */
  asleepUntil = 0;
  readonly #events: Event[] = [];
  readonly #messages: { readonly last: number; readonly at: number }[] = [];
  readonly #outOfOrder = new Set<number>();
  #expected = 0;
  #next = 0;
  #unacknowledged = 0;

  constructor(private readonly link: SimulatedLink) {}

  /** Gives a message of so many bytes. */
  give(bytes: number): void {
    for (let left = bytes; left > 0; left -= PACKET) {
      this.queue.push({ tsn: this.#next++, flags: 0, bookSize: Math.min(PACKET, left) });
    }
    this.#messages.push({ last: this.#next - 1, at: this.link.now });
  }

  step(): void {
    const { now } = this.link;
    for (let next = this.#events[0]; next && next.at <= now; next = this.#events[0]) {
      this.#events.shift();
      next.happen();
    }
    if (this.sending.deadline <= now) this.sending.expired(now);
    while (this.sending.pause(now) === 0) {
      const chunk = this.sending.next(this.queue, now);
      if (!chunk) break;
      this.packets++;
      const at = this.link.carry(chunk.bookSize);
      const { tsn, flags, bookSize } = chunk;
      if (at !== undefined) {
        this.#later(Math.max(at, this.asleepUntil), () => this.#receive(tsn, bookSize, (flags & 8) > 0));
      }
    }
  }

  #receive(tsn: number, bytes: number, atOnce: boolean): void {
    const known = tsn < this.#expected || this.#outOfOrder.has(tsn);
    if (!known) {
      this.arrived += bytes;
      this.#outOfOrder.add(tsn);
      while (this.#outOfOrder.delete(this.#expected)) this.#expected++;
      for (let first = this.#messages[0]; first && first.last < this.#expected; first = this.#messages[0]) {
        this.#messages.shift();
        this.delays.push(this.link.now - first.at);
      }
    }
    // As browsers do: each second packet is acknowledged, one that asks for it, and each where something is missing.
    this.#unacknowledged++;
    if (known || atOnce || this.#outOfOrder.size > 0 || this.#unacknowledged >= 2) this.#acknowledge();
  }

  #acknowledge(): void {
    this.#unacknowledged = 0;
    if (this.link.random() < this.link.options.loss) return;
    const gaps: [number, number][] = [];
    const cumulativeTsn = this.#expected - 1;
    for (const tsn of [...this.#outOfOrder].sort((a, b) => a - b)) {
      const last = gaps.at(-1);
      if (last?.[1] === tsn - cumulativeTsn - 1) last[1]++;
      else gaps.push([tsn - cumulativeTsn, tsn - cumulativeTsn]);
    }
    // A browser tells of twenty gaps at most.
    const sack = { cumulativeTsn: cumulativeTsn >>> 0, advertisedRwnd: 1024 * 1024, gaps: gaps.slice(0, 20) };
    this.#later(this.link.now + this.link.options.roundTrip / 2, () => this.sending.acknowledged(sack, this.link.now));
  }

  #later(at: number, happen: () => void): void {
    const place = this.#events.findLastIndex((event) => event.at <= at);
    this.#events.splice(place + 1, 0, { at, happen });
  }
}
