import { Buffer } from "node:buffer";
import type { RTCDataChannel, RTCPeerConnection, RTCRtpTransceiver } from "werift";
import type { IceServer } from "../../config/config.ts";
import { MeshError, messageOf } from "../../core/errors.ts";
import { readAnswer } from "./answer_sdp.ts";
import { hostAddresses } from "./host_addresses.ts";
import { LeastRoundTrip } from "./least_round_trip.ts";
import { dropRepeatedAndForged, skipUsedRecordNumbers } from "./werift_fixes_dtls.ts";
import { askNoStunServer, firstCheck } from "./werift_fixes_ice.ts";
import { acknowledgeLater } from "./werift_fixes_late_sack.ts";
import { sealFaster } from "./werift_fixes_seal.ts";
import { SctpSender } from "./werift_fixes_sctp.ts";
import { receiveIntoLittleMemory } from "./werift_fixes_udp.ts";
import { partsOf, type WeriftParts } from "./werift_parts.ts";

export interface PeerOptions {
  /** None: only the machine's own addresses are offered, and nobody is asked for others. */
  readonly iceServers: readonly IceServer[];
  /** Offers a VP8 track beside the channel. */
  readonly video: boolean;
}

/** What happens to a connection. */
export interface PeerEvents {
  onOpen(): void;
  /**
   * After `onOpen`, whenever the viewer said it.
   *
   * @param data text, or bytes
   */
  onMessage(data: string | Uint8Array): void;
  /** All that was given to `send` is on its way: `bufferedAmount` is 0 again. */
  onDrained(): void;
  /** Once, also after `close`. */
  onClosed(reason: string): void;
}

/** How long a viewer that does not say where it is may take to show it. */
const FIRST_CHECK_MS = 5000;

/** So many messages of a viewer's are kept until the channel is open here, too. */
const MOST_EARLY = 16;

type PeerState = "offered" | "answered" | "closed";

/** One connection to a viewer, which carries the data channel `frames` (ordered, reliable) and perhaps a video track. */
export class Peer {
  #state: PeerState = "offered";
  #maxMessageBytes = 0;
  readonly #roundTrip = new LeastRoundTrip(() => performance.now());
  #closing: Promise<void> | undefined;
  /**
   * What a viewer said before it confirmed the channel, which some do in this order (RFC 8832, section 6, lets them): nothing could be
   * answered then.
   */
  #early: (string | Uint8Array)[] = [];

  private constructor(
    private readonly connection: RTCPeerConnection,
    private readonly channel: RTCDataChannel,
    private readonly parts: WeriftParts,
    /** The offer, with all its candidates. */
    readonly sdp: string,
    /** Where the video goes, when it was asked for. */
    readonly video: RTCRtpTransceiver | undefined,
    private readonly events: PeerEvents,
  ) {
    new SctpSender(parts.sctp, (error) => this.#ended(`sending to the viewer failed: ${messageOf(error)}`));
    acknowledgeLater(parts.sctp);
    this.#roundTrip.watch(parts.sctp);
    channel.stateChange.subscribe((state) => {
      if (state === "open") this.#opened();
      if (state === "closed") this.#ended("the viewer left");
    });
    channel.onMessage.subscribe((data) => {
      if (this.isOpen) events.onMessage(data);
      else if (this.#early.length < MOST_EARLY) this.#early.push(data);
    });
    channel.bufferedAmountLow.subscribe(() => events.onDrained());
    connection.connectionStateChange.subscribe((state) => {
      if (state === "failed") this.#ended("the connection to the viewer failed");
      if (state === "closed") this.#ended("the connection was closed");
    });
  }

  /**
   * Makes a connection's offer: takes a socket for each of the machine's addresses, and asks the ICE servers, within some seconds.
   */
  static async offer(options: PeerOptions, events: PeerEvents): Promise<Peer> {
    // Loaded only now: a worker that merely tries whether a screen can be captured has no use for it.
    const { RTCPeerConnection, useVP8 } = await import("werift");
    const connection = new RTCPeerConnection({
      iceServers: options.iceServers.map((server) => ({ ...server })),
      iceAdditionalHostAddresses: hostAddresses(Deno.networkInterfaces()),
      bundlePolicy: "max-bundle",
      codecs: { audio: [], video: [useVP8()] },
    });
    try {
      const channel = connection.createDataChannel("frames", { ordered: true });
      const video = options.video ? connection.addTransceiver("video", { direction: "sendonly" }) : undefined;
      const parts = partsOf(connection);
      if (!options.iceServers.some(({ urls }) => urls.startsWith("stun:"))) askNoStunServer(parts.ice);
      dropRepeatedAndForged(parts.dtls);
      skipUsedRecordNumbers(parts.dtls);
      sealFaster(parts.dtls);
      await connection.setLocalDescription(await connection.createOffer());
      receiveIntoLittleMemory(parts.ice);
      const sdp = connection.localDescription?.sdp;
      if (sdp === undefined) throw new MeshError("INTERNAL", "The connection made no offer");
      return new Peer(connection, channel, parts, sdp, video, events);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /**
   * Takes the viewer's answer and begins to connect; `onOpen` or `onClosed` tells how that went.
   *
   * @throws {MeshError} `INVALID_ARGUMENT` for what is no answer to this offer, after which another one may come;
   * `FAILED_PRECONDITION` when there was one already
   */
  async answer(text: string): Promise<void> {
    if (this.#closed) throw new MeshError("FAILED_PRECONDITION", "The stream has ended");
    if (this.#state === "answered") throw new MeshError("FAILED_PRECONDITION", "The stream has its answer already");
    const { sdp, maxMessageBytes, hasCandidates } = readAnswer(text, this.sdp);
    this.#state = "answered";
    if (!hasCandidates) await firstCheck(this.parts.ice, FIRST_CHECK_MS);
    if (this.#closed) throw new MeshError("FAILED_PRECONDITION", "The stream has ended");
    try {
      await this.connection.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      // It is parsed as a whole before anything of it is applied.
      if (this.connection.signalingState === "have-local-offer" && !this.#closed) this.#state = "offered";
      else this.#ended(`the viewer's answer could not be applied: ${messageOf(error)}`);
      throw new MeshError("INVALID_ARGUMENT", `The answer cannot be read: ${messageOf(error)}`, { cause: error });
    }
    this.#maxMessageBytes = maxMessageBytes;
  }

  get answered(): boolean {
    return this.#state === "answered";
  }

  get isOpen(): boolean {
    return this.channel.readyState === "open" && !this.#closed;
  }

  /** Bytes of the largest message that the viewer takes; 0 before it answered. */
  get maxMessageBytes(): number {
    return this.#maxMessageBytes;
  }

  /** Bytes that were not all sent yet. It falls in one step, to 0: it tells no more than whether something waits. */
  get bufferedAmount(): number {
    return this.channel.bufferedAmount;
  }

  /** What the way to the viewer takes at best, there and back, in ms; 0 as long as that is unknown. */
  get roundTrip(): number {
    return this.#roundTrip.ms;
  }

  /**
   * Queues messages, in order. An empty one is not sent: werift counts it, and the viewer would wait for it for good. Does nothing when
   * the channel is not open: `onClosed` tells of that.
   */
  send(...messages: (string | Uint8Array)[]): void {
    if (!this.isOpen) return;
    for (const message of messages.filter(({ length }) => length > 0)) {
      this.channel.send(
        typeof message === "string" ? message : Buffer.from(message.buffer, message.byteOffset, message.byteLength),
      );
    }
  }

  /** Gives back sockets and timers. Idempotent. */
  close(): Promise<void> {
    this.#ended("it was stopped");
    return this.#closing ??= this.connection.close();
  }

  #opened(): void {
    this.events.onOpen();
    for (const data of this.#early.splice(0)) this.events.onMessage(data);
  }

  // A getter, because the compiler takes a state that it has seen for one that stays, also after an `await`.
  get #closed(): boolean {
    return this.#state === "closed";
  }

  #ended(reason: string): void {
    if (this.#closed) return;
    this.#state = "closed";
    this.events.onClosed(reason);
  }
}
