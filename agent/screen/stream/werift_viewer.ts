import { Buffer } from "node:buffer";
import { type RTCDataChannel, RTCPeerConnection, type RtpPacket, useVP8 } from "werift";
import { dropRepeatedAndForged, skipUsedRecordNumbers } from "./werift_fixes_dtls.ts";
import { askNoStunServer } from "./werift_fixes_ice.ts";
import type { DtlsTransport, IceConnection } from "./werift_parts.ts";

/** A viewer for tests: the other end of a stream. */
export class WeriftViewer implements AsyncDisposable {
  /** All messages of the channel `frames`, in order. */
  readonly messages: (string | Uint8Array)[] = [];
  readonly packets: RtpPacket[] = [];
  channel: RTCDataChannel | undefined;
  answer = "";
  onMessage: (message: string | Uint8Array) => void = () => {};
  onPacket: (packet: RtpPacket) => void = () => {};

  private constructor(readonly connection: RTCPeerConnection) {
    connection.onDataChannel.subscribe((channel) => {
      this.channel = channel;
      channel.onMessage.subscribe((message) => {
        this.messages.push(message);
        this.onMessage(message);
      });
    });
    connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe((packet) => {
        this.packets.push(packet);
        this.onPacket(packet);
      });
    });
  }

  /** Makes the answer to an offer. It connects when the other side has it. */
  static async answering(offer: string): Promise<WeriftViewer> {
    const connection = new RTCPeerConnection({
      iceServers: [],
      iceAdditionalHostAddresses: ["127.0.0.1"],
      bundlePolicy: "max-bundle",
      codecs: { audio: [], video: [useVP8()] },
    });
    const viewer = new WeriftViewer(connection);
    await connection.setRemoteDescription({ type: "offer", sdp: offer });
    for (const transport of connection.dtlsTransports) {
      askNoStunServer(transport.iceTransport.connection as unknown as IceConnection);
      dropRepeatedAndForged(transport as unknown as DtlsTransport);
      skipUsedRecordNumbers(transport as unknown as DtlsTransport);
    }
    await connection.setLocalDescription(await connection.createAnswer());
    viewer.answer = connection.localDescription?.sdp ?? "";
    return viewer;
  }

  /** @param message an object is sent as JSON */
  send(message: object | string | Uint8Array): void {
    if (message instanceof Uint8Array) this.channel?.send(Buffer.from(message));
    else this.channel?.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The first message, of those that came from the given one on and will come, of which `test` says so. */
  async message(test: (message: string | Uint8Array) => boolean, what: string, from = 0): Promise<string | Uint8Array> {
    let next = from;
    await eventually(() => {
      for (; next < this.messages.length; next++) if (test(this.messages[next] ?? "")) return true;
      return false;
    }, what);
    return this.messages[next] ?? "";
  }

  /** The first text message of a type, parsed. */
  async text(type: string, from = 0): Promise<Record<string, unknown>> {
    const message = await this.message((each) => typeOf(each) === type, `the message "${type}"`, from);
    return JSON.parse(String(message));
  }

  /** Whether the other side closed the channel. */
  get closed(): boolean {
    return this.channel?.readyState === "closed";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}

/** The `type` of a text message; undefined for any other. */
export function typeOf(message: string | Uint8Array): unknown {
  return typeof message === "string" ? JSON.parse(message).type : undefined;
}

/** Looks again and again until it is so, for half a minute at most: far longer than any of this takes on a busy machine. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
