/** So many packets are kept, 1.2 MB: those of a second of video with two key frames. */
const KEPT = 1024;
/** werift answers for so many by itself. */
const KEPT_BY_WERIFT = 128;
/** One packet is sent again no more often than this: a viewer that asks without end gets nothing for it. */
const MOST_TIMES = 5;

interface Kept {
  readonly ssrc: number;
  readonly number: number;
  /** Encrypted. */
  readonly packet: Uint8Array;
  times: number;
}

/** What is looked at of a packet's header. */
export interface RtpNumbers {
  readonly ssrc: number;
  readonly sequenceNumber: number;
}

/** What of werift is used; see {@link RtpHistory.attach}. */
export interface RtpWay<Header extends RtpNumbers, Packet extends Uint8Array> {
  readonly srtp: { encrypt(payload: Packet, header: Header): Packet };
  readonly onLost: { subscribe(listener: (nack: { readonly lost: readonly number[] }) => void): unknown };
  /** Sends an encrypted packet. */
  send(packet: Uint8Array): void;
}

/**
 * The packets that were sent last, as they were sent. A viewer that misses some asks for them (RFC 4585, section 6.2.1): with werift's own
 * history, which is shorter than a key frame, it often got none, and had to wait for a new key frame. Also werift would encrypt them
 * anew: the packet 0 of each round of numbers then makes it count one round more, after which nothing can be read any more.
 */
export class RtpHistory {
  readonly #kept: (Kept | undefined)[] = new Array<Kept | undefined>(KEPT).fill(undefined);
  #newest = 0;

  /** Keeps all that goes this way from now on, and sends it again when it is asked for. */
  static attach<Header extends RtpNumbers, Packet extends Uint8Array>(way: RtpWay<Header, Packet>): void {
    const history = new RtpHistory();
    const encrypt = way.srtp.encrypt.bind(way.srtp);
    way.srtp.encrypt = (payload, header) => {
      const known = history.#find(header.sequenceNumber, header.ssrc);
      // It was made by `encrypt` before.
      if (known) return known.packet as Packet;
      const packet = encrypt(payload, header);
      history.#keep(packet, header);
      return packet;
    };
    way.onLost.subscribe(({ lost }) => {
      for (const packet of history.#again(lost)) way.send(packet);
    });
  }

  #keep(packet: Uint8Array, { ssrc, sequenceNumber: number }: RtpNumbers): void {
    this.#kept[number % KEPT] = { ssrc, number, packet, times: 0 };
    this.#newest = number;
  }

  #find(number: number, ssrc?: number): Kept | undefined {
    const kept = this.#kept[number % KEPT];
    return kept?.number === number && (ssrc === undefined || kept.ssrc === ssrc) ? kept : undefined;
  }

  /** Those of the lost ones that werift does not send again by itself. */
  #again(lost: readonly number[]): Uint8Array[] {
    return lost.flatMap((number) => {
      const kept = this.#find(number);
      if (!kept || (this.#newest - number & 0xffff) < KEPT_BY_WERIFT || kept.times === MOST_TIMES) return [];
      kept.times++;
      return [kept.packet];
    });
  }
}
