import { Buffer } from "node:buffer";
import { type DtlsTransport, socketOf } from "./werift_parts.ts";

/**
 * The record number at which data starts after the handshake. The handshake's last message was sent as number 6 or so, then werift
 * numbers from 1 again: the record that has that number once more is a replay to the peer, which drops it, and SCTP takes
 * the loss for congestion and halves its window for good. Any number well past the handshake's will do.
 */
const FIRST_RECORD = 256;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const RECORD_HEADER = 13;
const MESSAGE_HEADER = 12;
const CLIENT_HELLO = 1;
const HELLO_VERIFY_REQUEST = 3;
/** A handshake has some twenty messages, of some pieces each; more are made up. */
const MOST_MESSAGES = 256;

/** Skips the record numbers that the handshake has used. Call it before the connection is made. */
export function skipUsedRecordNumbers(transport: DtlsTransport): void {
  transport.onStateChange.subscribe((state) => {
    if (state !== "connected") return;
    const { dtls } = socketOf(transport);
    dtls.recordSequenceNumber = Math.max(dtls.recordSequenceNumber, FIRST_RECORD);
  });
}

/**
 * Lets through what may come, and no more. Call it before the connection is made.
 *
 * Handshake messages that were received before are dropped. A peer that hears nothing for a while sends its flight again (BoringSSL
 * after 50 ms); werift then makes its keys anew, so that both sides say that they are connected and neither can read the other (one
 * in seven cold starts).
 *
 * What is not encrypted is dropped once the handshake is over, and alerts that the peer did not encrypt always: werift takes them, and
 * records of kinds that it does not know, for the peer's farewell, whoever sent them (RFC 6347, section 4.1.2.7, lets them be
 * dropped).
 */
export function dropRepeatedAndForged(transport: DtlsTransport): void {
  let over = false;
  transport.onStateChange.subscribe((state) => {
    // The socket is made just after this state is told.
    if (state === "connecting") queueMicrotask(() => filterRecords(transport, () => over));
    if (state === "connected") over = true;
  });
}

function filterRecords(transport: DtlsTransport, isOver: () => boolean): void {
  const dtls = socketOf(transport);
  const receive = dtls.udpOnMessage;
  const cipher = cipherOf(dtls);
  const filter = new RecordFilter({ isOver, isAuthentic: (record) => isAuthentic(cipher, record) });
  dtls.transport.socket.onData = (datagram) => {
    const kept = filter.apply(datagram);
    if (kept.length > 0) receive(kept);
  };
}

/** werift's `CipherContext`. */
interface Cipher {
  /** @throws where the peer did not encrypt the record */
  decryptPacket(record: DtlsRecord): Buffer;
}

/** werift's `DtlsPlaintext`: a record in parts, encrypted or not. */
interface DtlsRecord {
  readonly recordLayerHeader: {
    readonly contentType: number;
    readonly protocolVersion: { readonly major: number; readonly minor: number };
    readonly epoch: number;
    readonly sequenceNumber: number;
    readonly contentLen: number;
  };
  readonly fragment: Buffer;
}

/** @throws {Error} where werift is not as we know it */
function cipherOf(socket: object): Cipher {
  const cipher: unknown = Reflect.get(socket, "cipher");
  if (typeof cipher !== "object" || cipher === null || typeof Reflect.get(cipher, "decryptPacket") !== "function") {
    throw new Error("werift has changed: dtls.cipher.decryptPacket is no function");
  }
  return cipher as Cipher;
}

/** Whether a record was encrypted by the peer. */
function isAuthentic(cipher: Cipher, record: Buffer): boolean {
  try {
    cipher.decryptPacket({
      recordLayerHeader: {
        contentType: record.readUInt8(0),
        protocolVersion: { major: record.readUInt8(1), minor: record.readUInt8(2) },
        epoch: record.readUInt16BE(3),
        sequenceNumber: record.readUIntBE(5, 6),
        contentLen: record.readUInt16BE(11),
      },
      fragment: record.subarray(RECORD_HEADER),
    });
    return true;
  } catch {
    // Whatever is wrong with it: it is not the peer's.
    return false;
  }
}

/** What the filter must know of the connection. */
export interface RecordRules {
  /** Whether the handshake is over. */
  isOver(): boolean;
  /** Whether the peer encrypted a record. */
  isAuthentic(record: Buffer): boolean;
}

/** Takes out of datagrams what is forged, and the handshake messages that it has seen before. */
export class RecordFilter {
  readonly #seen = new Set<string>();

  constructor(private readonly rules: RecordRules) {}

  /** @returns what is left of the datagram, of whole records; it may be empty */
  apply(datagram: Buffer): Buffer {
    // Nearly all that ever comes is one record of data.
    if (datagram[0] === APPLICATION_DATA && isWhole(datagram, 0) && lengthOf(datagram, 0) === datagram.length) {
      return this.#kept(datagram);
    }
    const kept: Buffer[] = [];
    for (let at = 0; isWhole(datagram, at); at += lengthOf(datagram, at)) {
      kept.push(this.#kept(datagram.subarray(at, at + lengthOf(datagram, at))));
    }
    return Buffer.concat(kept);
  }

  #kept(record: Buffer): Buffer {
    const [kind, encrypted] = [record[0], record.readUInt16BE(3) > 0];
    const nothing = Buffer.alloc(0);
    if (!encrypted && this.rules.isOver()) return nothing;
    switch (kind) {
      case CHANGE_CIPHER_SPEC:
        return record;
      case APPLICATION_DATA:
        return encrypted ? record : nothing;
      case ALERT:
        return encrypted && this.rules.isAuthentic(record) ? record : nothing;
      case HANDSHAKE:
        // An encrypted one (the last of a handshake) is told apart by its record number, and is checked by werift.
        return encrypted ? record : this.#unseen(record);
      default:
        return nothing;
    }
  }

  #unseen(record: Buffer): Buffer {
    const messages: Buffer[] = [];
    for (let at = RECORD_HEADER; at + MESSAGE_HEADER <= record.length;) {
      const message = record.subarray(at, at + MESSAGE_HEADER + record.readUIntBE(at + 9, 3));
      at += message.length;
      const [type, sequence, offset] = [message[0], message.readUInt16BE(4), message.readUIntBE(6, 3)];
      // These come before there is any state, and may be repeated.
      const stateless = type === CLIENT_HELLO && sequence === 0 || type === HELLO_VERIFY_REQUEST;
      if (!stateless && !this.#isFirst(`${type} ${sequence} ${offset} ${message.length}`)) continue;
      messages.push(message);
    }
    if (messages.length === 0) return Buffer.alloc(0);
    const header = Buffer.from(record.subarray(0, RECORD_HEADER));
    const body = Buffer.concat(messages);
    header.writeUInt16BE(body.length, 11);
    return Buffer.concat([header, body]);
  }

  #isFirst(key: string): boolean {
    if (this.#seen.has(key) || this.#seen.size >= MOST_MESSAGES) return false;
    this.#seen.add(key);
    return true;
  }
}

function isWhole(datagram: Buffer, at: number): boolean {
  return at + RECORD_HEADER <= datagram.length && at + lengthOf(datagram, at) <= datagram.length;
}

/** Of the record that begins there, with its header. */
function lengthOf(datagram: Buffer, at: number): number {
  return RECORD_HEADER + datagram.readUInt16BE(at + 11);
}
