import { Extreme } from "./werift_fixes_sctp_extreme.ts";

/** Packets that may be under way from the start: what Chromium's QUIC begins with. RFC 6928 has ten, for the slow ways of 2013. */
const FIRST_PACKETS = 32;
/** The window is never less, except after a time without any acknowledgement (RFC 6928: a burst of ten packets is harmless). */
const LEAST_PACKETS = 10;
/** What is left of the window after a time without any acknowledgement (RFC 9260, section 7.2.3, leaves one packet). */
const PACKETS_AFTER_SILENCE = 4;
/** The window is never more, in bytes: a viewer's receive window is about as much. */
const MOST_BYTES = 1024 * 1024;
/**
 * What may be under way on a short way, in bytes: less than the socket of a browser holds, which may get no processor for a while. Linux
 * gives it 212,992 bytes for packets and what it keeps about them, 2304 for one of ours, and takes a quarter of that for full in advance.
 */
const SHORT_WAY_BYTES = 64 * 1024;
/** On longer ways so much more, in bytes for each ms of the round trip: see `Sending`. */
const MOST_BYTES_PER_MS = 10_000;
/** A queue on the way is none of ours, or harmless, as long as it takes no longer than this, in ms, or than this part of the round trip. */
const QUEUE_MS = 20;
const QUEUE_SHARE = 0.25;
/** In so many rounds in a row: once is a peer that got no processor for a while. */
const QUEUE_ROUNDS = 2;
/** At least so much of the window is kept then. */
const KEPT_FOR_QUEUE = 0.5;
/** So many packets of a round tell of a queue before it is over (RFC 9406, section 4.2). */
const QUEUE_SAMPLES = 8;
/** So much of what was sent may be lost without congestion, as BBR takes it (draft-cardwell-iccrg-bbr-congestion-control-02, 2 %). */
const LOSS_SHARE = 0.02;
/** Losses are counted over so many packets at least, and so many more may be chance. */
const LOSS_PACKETS = 200;
const CHANCE_LOSSES = 3;
/** What is kept of the window after more loss; and after a tenth and more was lost, as CUBIC does after any (RFC 9438, section 4.6). */
const KEPT = 0.85;
const KEPT_AFTER_HEAVY_LOSS = 0.7;
const HEAVY_LOSS_SHARE = 0.1;
/** Packets by which the window grows in a round; twice as many after so many rounds without a reason to shrink. */
const STEP_PACKETS = 2;
const ROUNDS_OF_A_STEP = 4;
/** The window at which too much was lost is remembered for so long, in ms: near it the window grows by less of a packet in a round. */
const CEILING_LIFE_MS = 10_000;
const CEILING_SHARE = 0.9;
const CEILING_STEP_PACKETS = 0.25;
/** The least round trip and the highest speed are those of so many ms. */
const ROUND_TRIP_LIFE_MS = 10_000;
const SPEED_LIFE_MS = 1000;

/** What an acknowledgement tells. */
export interface Delivery {
  /** That the peer has now and was not known to have. */
  readonly bytes: number;
  /** In ms; undefined when it cannot be told. */
  readonly roundTrip: number | undefined;
  /** What came through while the newest of it was under way, in bytes/ms. */
  readonly speed: number;
  /** Bytes that had come through when the newest of it was sent. */
  readonly deliveredBefore: number;
}

/**
 * How many bytes of a connection may be under way: the congestion control of our side of SCTP. Times are in ms, of one clock.
 *
 * RFC 9260 (section 7.2) halves the window for each loss and wins it back by one packet in a round trip, which leaves 12 packets on a way
 * that loses one in a hundred by itself, and as little where a busy browser lets its socket overrun. Here, as in BBR and Copa, a queue is what
 * tells of congestion: the window doubles in each round until the least round trip of a whole round is longer than the least of all by more
 * than a tolerable queue, then shrinks to what empties that queue (what comes through × the least round trip), and grows by a few packets
 * a round from there, which lets several connections share a way. Losses shrink it, at most once a round, when more are lost than
 * ways lose by themselves, whether or not there is a queue, so that it also yields where queues are too short to be seen. It is kept
 * while little is sent (RFC 7661): what a frame finds is what the last one left.
 */
export class Window {
  #bytes: number;
  #doubling = true;
  /** What is lost that was sent before then was answered for already (RFC 9260, section 7.2.4). */
  #shrunkAt = -Infinity;
  #ceiling = { bytes: Infinity, at: -Infinity };
  #beforeSilence: { readonly bytes: number; readonly doubling: boolean; rounds: number } | undefined;
  readonly #least = new Extreme(ROUND_TRIP_LIFE_MS, (one, other) => one <= other);
  readonly #speed = new Extreme(SPEED_LIFE_MS, (one, other) => one >= other);
  #delivered = 0;
  /** What will have been delivered before the first packet of the next round is sent. */
  #roundEnd = 0;
  #round = { roundTrip: Infinity, samples: 0, full: false, mostFlight: 0 };
  #calmRounds = 0;
  #queueRounds = 0;
  #counted = { packets: 0, lost: 0 };

  /** @param packet bytes of the data of a full packet */
  constructor(private readonly packet: number) {
    this.#bytes = FIRST_PACKETS * packet;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that have come through. */
  get delivered(): number {
    return this.#delivered;
  }

  /** In ms; 0 before any was measured. */
  leastRoundTrip(now: number): number {
    return this.#least.at(now) ?? 0;
  }

  /** When losses shrank it last. */
  get shrunkAt(): number {
    return this.#shrunkAt;
  }

  /** @param flight bytes under way now; `full` when more waits for room in the window */
  sent(flight: number, full: boolean): void {
    this.#round.mostFlight = Math.max(this.#round.mostFlight, flight);
    this.#round.full ||= full;
  }

  acknowledged({ bytes, roundTrip, speed, deliveredBefore }: Delivery, now: number): void {
    this.#delivered += bytes;
    this.#counted.packets += bytes / this.packet;
    if (roundTrip !== undefined) {
      this.#least.note(roundTrip, now);
      this.#speed.note(speed, now);
      this.#round.roundTrip = Math.min(this.#round.roundTrip, roundTrip);
      this.#round.samples++;
    }
    if (this.#doubling && this.#round.samples >= QUEUE_SAMPLES && this.#queue(now) > 0) this.#doubling = false;
    if (this.#doubling && this.#round.full && !this.#losesTooMuch) this.#set(this.#bytes + bytes, now);
    if (deliveredBefore < this.#roundEnd) return;
    this.#endRound(now);
    this.#roundEnd = this.#delivered;
  }

  /** @param packets that were sent after `shrunkAt` */
  lost(packets: number): void {
    this.#counted.lost += packets;
    this.#counted.packets += packets;
  }

  /** Nothing was acknowledged for so long that everything counts as lost. */
  silent(now: number): void {
    this.#beforeSilence ??= { bytes: this.#bytes, doubling: this.#doubling, rounds: 0 };
    this.#beforeSilence.rounds = 0;
    this.#ceiling = { bytes: this.#beforeSilence.bytes / 2, at: now };
    this.#bytes = PACKETS_AFTER_SILENCE * this.packet;
    this.#doubling = true;
    this.#calmRounds = 0;
  }

  /** What was taken for lost arrives: after a silence it tells that only the peer was busy (RFC 5682), and the window is as it was. */
  arrivedLate(): void {
    if (!this.#beforeSilence) return;
    ({ bytes: this.#bytes, doubling: this.#doubling } = this.#beforeSilence);
    this.#ceiling = { bytes: Infinity, at: -Infinity };
    this.#beforeSilence = undefined;
  }

  #endRound(now: number): void {
    const { full, mostFlight, samples } = this.#round;
    const queue = this.#queue(now);
    // What happens while the window is hardly used is not its doing.
    const used = mostFlight > this.#bytes / 2;
    const queued = used && samples > 0 && queue > 0;
    this.#queueRounds = queued ? this.#queueRounds + 1 : 0;
    if (this.#queueRounds >= QUEUE_ROUNDS) this.#emptyQueue(now);
    else if (used && this.#losesTooMuch) this.#shrinkForLoss(now);
    else if (full && !queued && !this.#doubling) this.#grow(now);
    if (this.#counted.packets >= LOSS_PACKETS) this.#counted = { packets: 0, lost: 0 };
    this.#round = { roundTrip: Infinity, samples: 0, full: false, mostFlight: 0 };
    // The first round ends with the first acknowledgement.
    if (this.#beforeSilence && ++this.#beforeSilence.rounds > 1) this.#beforeSilence = undefined;
  }

  /** By how many ms the queue of this round is longer than what is tolerable. */
  #queue(now: number): number {
    const least = this.leastRoundTrip(now);
    return this.#round.roundTrip - least - Math.max(QUEUE_MS, least * QUEUE_SHARE);
  }

  get #losesTooMuch(): boolean {
    const { lost, packets } = this.#counted;
    return lost > packets * LOSS_SHARE + CHANCE_LOSSES;
  }

  #emptyQueue(now: number): void {
    const least = this.leastRoundTrip(now);
    const kept = Math.max(KEPT_FOR_QUEUE, least / this.#round.roundTrip);
    const carried = (this.#speed.at(now) ?? 0) * least;
    this.#shrink(Math.max(this.#bytes * kept, Math.min(carried, this.#bytes)), now);
  }

  #shrinkForLoss(now: number): void {
    const { lost, packets } = this.#counted;
    this.#shrunkAt = now;
    this.#ceiling = { bytes: this.#bytes * CEILING_SHARE, at: now };
    this.#shrink(this.#bytes * (lost > packets * HEAVY_LOSS_SHARE ? KEPT_AFTER_HEAVY_LOSS : KEPT), now);
    this.#counted = { packets: 0, lost: 0 };
  }

  #shrink(bytes: number, now: number): void {
    this.#doubling = false;
    this.#calmRounds = 0;
    this.#queueRounds = 0;
    this.#set(bytes, now);
  }

  #grow(now: number): void {
    const near = this.#bytes >= this.#ceiling.bytes && now - this.#ceiling.at < CEILING_LIFE_MS;
    if (near) this.#calmRounds = 0;
    const packets = near ? CEILING_STEP_PACKETS : STEP_PACKETS * 2 ** Math.floor(this.#calmRounds++ / ROUNDS_OF_A_STEP);
    this.#set(this.#bytes + Math.min(packets * this.packet, this.#bytes / 4), now);
  }

  #set(bytes: number, now: number): void {
    const most = Math.min(MOST_BYTES, Math.max(SHORT_WAY_BYTES, MOST_BYTES_PER_MS * this.leastRoundTrip(now)));
    this.#bytes = Math.min(most, Math.max(bytes, LEAST_PACKETS * this.packet));
    if (this.#bytes >= this.#ceiling.bytes && now - this.#ceiling.at < CEILING_LIFE_MS) this.#doubling = false;
  }
}
