import type { RTCPeerConnection } from "werift";
import { MeshError } from "../../agent/core/errors.ts";
import { hostAddresses } from "../../agent/screen/stream/host_addresses.ts";
import { dropRepeatedAndForged, skipUsedRecordNumbers } from "../../agent/screen/stream/werift_fixes_dtls.ts";
import { askNoStunServer } from "../../agent/screen/stream/werift_fixes_ice.ts";
import { partsOf } from "../../agent/screen/stream/werift_parts.ts";

/** The largest picture that is taken in one message, in bytes: one of a large monitor is not scaled down for it. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** From the answer to the first picture it takes no longer than this, in ms. */
const FIRST_PICTURE_MS = 20_000;

/** A sender that sends nothing for so long is gone, in ms: it sends at least a picture each second. */
const SILENCE_MS = 10_000;

/** What comes. */
export interface PictureEvents {
  /** @param jpeg a whole picture; its memory is the listener's */
  onPicture(jpeg: Uint8Array): void;
  /** Once. No picture follows. */
  onEnd(reason: MeshError): void;
}

/** A viewer without a window: takes a device's whole pictures, one JPEG a message, as viewers that say nothing get them. */
export class PictureReceiver implements AsyncDisposable {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  private constructor(
    private readonly connection: RTCPeerConnection,
    private readonly events: PictureEvents,
    /** The answer to the offer, with all candidates. */
    readonly answer: string,
  ) {
    this.#expectWithin(FIRST_PICTURE_MS, "the device was not reached: no way between here and there");
    connection.onDataChannel.subscribe((channel) => {
      channel.onMessage.subscribe((message) => this.#received(message));
      channel.stateChange.subscribe((state) => {
        if (state === "closed") this.#end("the device ended the stream");
      });
    });
    connection.connectionStateChange.subscribe((state) => {
      if (state === "failed" || state === "closed") this.#end("the connection to the device was lost");
    });
  }

  /**
   * Makes the answer to a device's offer. It connects when the device has it.
   *
   * @throws {MeshError} UNAVAILABLE where the offer cannot be answered
   */
  static async answering(offer: string, events: PictureEvents): Promise<PictureReceiver> {
    // Loaded only here: no other command needs it.
    const { RTCPeerConnection } = await import("werift");
    const connection = new RTCPeerConnection({
      iceServers: [],
      iceAdditionalHostAddresses: hostAddresses(Deno.networkInterfaces()),
      bundlePolicy: "max-bundle",
    });
    try {
      await connection.setRemoteDescription({ type: "offer", sdp: offer });
      const parts = partsOf(connection);
      askNoStunServer(parts.ice);
      dropRepeatedAndForged(parts.dtls);
      skipUsedRecordNumbers(parts.dtls);
      await connection.setLocalDescription(await connection.createAnswer());
      const sdp = connection.localDescription?.sdp ?? "";
      const answer = sdp.replace(/^a=max-message-size:\d+/m, `a=max-message-size:${MAX_MESSAGE_BYTES}`);
      return new PictureReceiver(connection, events, answer);
    } catch (error) {
      await connection.close();
      throw new MeshError("UNAVAILABLE", "the device's offer cannot be answered", { cause: error });
    }
  }

  /** Ends it. Idempotent; `onEnd` is not called. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.connection.close();
  }

  #received(message: string | Uint8Array): void {
    if (this.#ended || typeof message === "string") return;
    if (message[0] !== 0xff || message[1] !== 0xd8) return this.#end("the device sends something that is no JPEG");
    this.#expectWithin(SILENCE_MS, "the device sends nothing any more");
    this.events.onPicture(new Uint8Array(message));
  }

  #expectWithin(ms: number, failure: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(failure), ms);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.events.onEnd(new MeshError("UNAVAILABLE", reason));
  }
}
