import type { IceConnection } from "./werift_parts.ts";

/** What Deno's sockets of Node's kind say of themselves before anything is set: the largest datagram that there is. */
const DENO_RECEIVE_BYTES = 65_536;
/** No peer sends larger datagrams: they would not pass a network. Deno doubles it on Linux, as the system would. */
const RECEIVE_BYTES = 2048;

/**
 * For each datagram Deno takes new memory of the size that Node calls the receive buffer's: 64 KiB for each acknowledgement keep the
 * garbage collector busy. The system's own buffer is not touched by it; where it would be,
 * it has another size than Deno's, and nothing is set. Call it once the candidates are gathered.
 */
export function receiveIntoLittleMemory(ice: IceConnection): void {
  for (const { transport } of ice.protocols) {
    const socket = transport?.socket;
    if (socket?.getRecvBufferSize?.() === DENO_RECEIVE_BYTES) socket.setRecvBufferSize?.(RECEIVE_BYTES);
  }
}
