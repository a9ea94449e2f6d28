import type { Socket } from "node:net";

/** What went wrong with a request before anybody could serve it; its code is of https://nodejs.org/api/errors.html or llhttp's. */
interface ClientError extends Error {
  readonly code?: string;
}

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Content Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/**
 * Answers a request that cannot be read, and ends its connection: what else comes on it cannot be trusted.
 *
 * @param isAnswering something was written of an answer, which must not be mistaken for this one
 * @returns the status; 0 where nobody hears it
 */
export function refuseUnreadable({ code = "" }: ClientError, socket: Socket, isAnswering: boolean): number {
  // Who closed the connection hears nothing any more.
  if (code === "ECONNRESET" || !socket.writable || isAnswering) {
    socket.destroy();
    return 0;
  }
  // Nothing of what still comes is looked at.
  socket.pause();
  const line = STATUS_LINES[code] ?? "400 Bad Request";
  socket.write(`HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
  return Number(line.slice(0, 3));
}
