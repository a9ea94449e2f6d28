/** Payload of one packet: with all headers it passes ways of 1,280 bytes, the least that IPv6 allows. */
const MOST_PAYLOAD = 1150;
/** The first packet of a frame, in VP8's payload descriptor (RFC 7741, section 4.2: the bit S). */
const STARTS_FRAME = 0x10;

/** What goes into one RTP packet. */
export interface Vp8Packet {
  readonly payload: Uint8Array<ArrayBuffer>;
  /** Whether it is the frame's last. */
  readonly marker: boolean;
}

/** Cuts a VP8 frame into the payloads of RTP packets (RFC 7741). */
export function vp8Packets(frame: Uint8Array): Vp8Packet[] {
  const packets: Vp8Packet[] = [];
  for (let at = 0; at < frame.length; at += MOST_PAYLOAD) {
    const part = frame.subarray(at, at + MOST_PAYLOAD);
    const payload = new Uint8Array(1 + part.length);
    payload[0] = at === 0 ? STARTS_FRAME : 0;
    payload.set(part, 1);
    packets.push({ payload, marker: at + MOST_PAYLOAD >= frame.length });
  }
  return packets;
}

/** Whether a VP8 frame can be shown without those before it (RFC 6386, section 9.1). */
export function isKeyFrame(frame: Uint8Array): boolean {
  return frame.length > 0 && ((frame[0] ?? 1) & 1) === 0;
}
