import type { Buffer } from "node:buffer";
import type { RTCPeerConnection } from "werift";
import type { DataChunk, Sack } from "./werift_fixes_sctp_sent.ts";

/**
 * What the cures in `werift_fixes_*.ts` touch inside werift 0.25.2, which its own types hide or leave out. {@link partsOf}
 * looks whether all of it is there.
 */
export interface WeriftParts {
  readonly ice: IceConnection;
  readonly dtls: DtlsTransport;
  readonly sctp: SctpAssociation & SctpReceiver;
}

/** werift's `Connection` of the package `ice`. */
export interface IceConnection {
  stunServer: readonly [string, number] | undefined;
  /** Checks of the other side that came before its answer. */
  readonly earlyChecks: readonly unknown[];
  /** One for each address that is offered. */
  readonly protocols: readonly IceProtocol[];
}

/** werift's `RTCDtlsTransport`. */
export interface DtlsTransport {
  readonly onStateChange: { subscribe(listener: (state: string) => void): { unSubscribe(): void } };
  /** Exists from the state `connecting` on. */
  readonly dtls: DtlsSocket | undefined;
}

/** A socket, or a connection to a server that passes everything on. */
interface IceProtocol {
  readonly transport?: { readonly socket?: Partial<DatagramSocket> | undefined } | undefined;
}

/** Of Node's `dgram.Socket`. */
export interface DatagramSocket {
  getRecvBufferSize(): number;
  setRecvBufferSize(bytes: number): void;
}

/** werift's `DtlsSocket`. */
export interface DtlsSocket {
  readonly udpOnMessage: (data: Buffer) => void;
  readonly transport: {
    readonly socket: { onData: (data: Buffer) => void };
    send(datagram: Buffer): Promise<void>;
  };
  readonly dtls: { recordSequenceNumber: number; readonly epoch: number };
  /** Seals data, and sends it. */
  send: (data: Buffer) => Promise<void>;
}

/** How a connection seals what it sends. */
export interface Sealing {
  readonly socket: DtlsSocket;
  readonly key: Buffer;
  /** The part of each nonce that is not sent. */
  readonly salt: Buffer;
  /** As `node:crypto` calls it. */
  readonly algorithm: string;
}

/** What of werift's `SCTP` acknowledges what came in. */
export interface SctpReceiver {
  /** Packets with something new since the last acknowledgement. */
  readonly sackPacketCount: number;
  /** What came before something that is missing, and what came twice. */
  readonly sackMisOrdered: ReadonlySet<number>;
  readonly sackDuplicates: readonly number[];
  /** Cleared when the association ends. */
  sackTimeout: ReturnType<typeof setTimeout> | undefined;
  scheduleSack(): Promise<void>;
  sendSack(): Promise<void>;
}

/** werift's `SCTP` of the package `sctp`. Sizes are in bytes, times in seconds. */
export interface SctpAssociation {
  readonly state: string;
  readonly maxPayloadSize: number;
  /** What is not sent yet. */
  readonly outboundQueue: DataChunk[];
  flightSize: number;
  /** Wakes whoever waits for an empty queue. */
  readonly flush: { execute(): void };
  /** The time after which what begins and ends an association is sent again. */
  rto: number;
  updateRto(roundTrip: number): void;
  receiveSackChunk(sack: Sack): Promise<void>;
  onSackReceived(): Promise<void>;
  transmit(): Promise<void>;
  sendChunk(chunk: DataChunk): Promise<void>;
  timer3Cancel(): void;
}

/**
 * The insides of a connection that has a data channel.
 *
 * @throws {Error} naming the part that is not as the cures know it
 */
export function partsOf(connection: RTCPeerConnection): WeriftParts {
  const transport = connection.sctp;
  const ice = checked(transport?.dtlsTransport.iceTransport.connection, "ice", {
    stunServer: "any",
    earlyChecks: "object",
    protocols: "object",
  });
  const dtls = checked(transport?.dtlsTransport, "dtlsTransport", { onStateChange: "object", dtls: "any" });
  const sctp = checked(transport?.sctp, "sctp", {
    state: "string",
    maxPayloadSize: "number",
    outboundQueue: "object",
    flightSize: "number",
    flush: "object",
    rto: "number",
    updateRto: "function",
    receiveSackChunk: "function",
    onSackReceived: "function",
    transmit: "function",
    sendChunk: "function",
    timer3Cancel: "function",
    sackPacketCount: "number",
    sackMisOrdered: "object",
    sackDuplicates: "object",
    sackTimeout: "any",
    scheduleSack: "function",
    sendSack: "function",
  });
  // The shapes were looked at just now; werift's own types keep some of these private.
  return { ice, dtls, sctp } as unknown as WeriftParts;
}

/** @throws {Error} naming the part that is not as the cures know it */
export function socketOf(dtls: DtlsTransport): DtlsSocket {
  const socket = checked(dtls.dtls, "dtls", {
    udpOnMessage: "function",
    transport: "object",
    dtls: "object",
    send: "function",
  });
  checked(socket.dtls, "dtls.dtls", { recordSequenceNumber: "number", epoch: "number" });
  checked(socket.transport, "dtls.transport", { send: "function" });
  checked(socket.transport.socket, "dtls.transport.socket", { onData: "function" });
  return socket;
}

/**
 * Of a connection whose handshake is over.
 *
 * @throws {Error} naming the part that is not as the cures know it
 */
export function sealingOf(dtls: DtlsTransport): Sealing {
  const socket = socketOf(dtls);
  const { cipher } = checked(socket as DtlsSocket & { readonly cipher: { readonly cipher: Aead } }, "dtls", {
    cipher: "object",
  });
  const aead = checked(cipher.cipher, "dtls.cipher.cipher", {
    blockAlgorithm: "string",
    nonceImplicitLength: "number",
  });
  const isClient = Reflect.get(socket, "sessionType") === CLIENT;
  const key = isClient ? aead.clientWriteKey : aead.serverWriteKey;
  const nonce = isClient ? aead.clientNonce : aead.serverNonce;
  if (!key || !nonce) throw new Error("werift has changed: dtls.cipher.cipher has no keys");
  return { socket, key, salt: nonce.subarray(0, aead.nonceImplicitLength), algorithm: aead.blockAlgorithm };
}

/** werift's `SessionType.CLIENT`. */
const CLIENT = 1;

/** werift's `AEADCipher`. */
interface Aead {
  readonly blockAlgorithm: string;
  readonly nonceImplicitLength: number;
  readonly clientWriteKey: Buffer | undefined;
  readonly serverWriteKey: Buffer | undefined;
  readonly clientNonce: Buffer | undefined;
  readonly serverNonce: Buffer | undefined;
}

function checked<T extends object>(part: T | undefined, name: string, members: Record<string, string>): T {
  if (part === undefined || part === null) throw new Error(`werift has changed: it has no ${name}`);
  for (const [member, type] of Object.entries(members)) {
    const value: unknown = Reflect.get(part, member);
    if (!(member in part) || type !== "any" && typeof value !== type) {
      throw new Error(`werift has changed: ${name}.${member} is ${typeof value}, not ${type}`);
    }
  }
  return part;
}
