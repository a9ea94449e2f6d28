import { Buffer } from "node:buffer";
import { type DtlsTransport, socketOf } from "./werift_parts.ts";

/**
 * The record number at which data starts after the handshake. The handshake's last message was sent as number 6 or so, then werift
 * numbers from 1 again: the record that has that number once more is a replay to the peer, which drops it, and SCTP takes
 * the loss for congestion and halves its window for good. Any number well past the handshake's will do.
 */
const FIRST_RECORD = 256;
const HANDSHAKE = 22;
const CHANGE_CIPHER_SPEC = 20;
const RECORD_HEADER = 13;
const MESSAGE_HEADER = 12;
const CLIENT_HELLO = 1;
const HELLO_VERIFY_REQUEST = 3;

/** Skips the record numbers that the handshake has used. Call it before the connection is made. */
export function skipUsedRecordNumbers(transport: DtlsTransport): void {
  transport.onStateChange.subscribe((state) => {
    if (state !== "connected") return;
    const { dtls } = socketOf(transport);
    dtls.recordSequenceNumber = Math.max(dtls.recordSequenceNumber, FIRST_RECORD);
  });
}

/**
 * Drops handshake messages that were received before. A peer that hears nothing for a while sends its flight again (BoringSSL after
 * 50 ms); werift then makes its keys anew, so that both sides say that they are connected and neither can read the other (one in
 * seven cold starts). Call it before the connection is made.
 */
export function dropRepeatedHandshakes(transport: DtlsTransport): void {
  transport.onStateChange.subscribe((state) => {
    // The socket is made just after this state is told.
    if (state === "connecting") queueMicrotask(() => filterHandshakes(transport));
  });
}

function filterHandshakes(transport: DtlsTransport): void {
  const dtls = socketOf(transport);
  const receive = dtls.udpOnMessage;
  const filter = new HandshakeFilter();
  dtls.transport.socket.onData = (datagram) => {
    const kept = filter.apply(datagram);
    if (kept.length > 0) receive(kept);
  };
}

/** Takes out of datagrams the handshake messages that it has seen before. */
export class HandshakeFilter {
  readonly #seen = new Set<string>();

  /** @returns the datagram itself where it is of another kind, else what is left of it; it may be empty */
  apply(datagram: Buffer): Buffer {
    if (datagram[0] !== HANDSHAKE && datagram[0] !== CHANGE_CIPHER_SPEC) return datagram;
    const kept: Buffer[] = [];
    for (let at = 0; at + RECORD_HEADER <= datagram.length;) {
      const record = datagram.subarray(at, at + RECORD_HEADER + datagram.readUInt16BE(at + 11));
      at += record.length;
      const epoch = record.readUInt16BE(3);
      // What is encrypted (the last message of a handshake) is told apart by its record number, and is checked by werift.
      kept.push(record[0] === HANDSHAKE && epoch === 0 ? this.#unseen(record) : record);
    }
    return Buffer.concat(kept);
  }

  #unseen(record: Buffer): Buffer {
    const messages: Buffer[] = [];
    for (let at = RECORD_HEADER; at + MESSAGE_HEADER <= record.length;) {
      const message = record.subarray(at, at + MESSAGE_HEADER + record.readUIntBE(at + 9, 3));
      at += message.length;
      const [type, sequence, offset] = [message[0], message.readUInt16BE(4), message.readUIntBE(6, 3)];
      const key = `${type} ${sequence} ${offset} ${message.length}`;
      // These come before there is any state, and may be repeated.
      const stateless = type === CLIENT_HELLO && sequence === 0 || type === HELLO_VERIFY_REQUEST;
      if (!stateless && this.#seen.has(key)) continue;
      this.#seen.add(key);
      messages.push(message);
    }
    if (messages.length === 0) return Buffer.alloc(0);
    const header = Buffer.from(record.subarray(0, RECORD_HEADER));
    const body = Buffer.concat(messages);
    header.writeUInt16BE(body.length, 11);
    return Buffer.concat([header, body]);
  }
}
