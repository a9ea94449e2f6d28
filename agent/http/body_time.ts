import type { IncomingMessage } from "node:http";

/**
 * Hangs up on a client whose request's body does not come in time.
 *
 * @param ms for all of it, or with `byPiece` for each next piece
 */
export function limitBodyTime(request: IncomingMessage, ms: number, byPiece: boolean): void {
  const { headers, socket } = request;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  if (!hasBody) return;
  let received = socket.bytesRead;
  const look = () => {
    if (byPiece && socket.bytesRead > received) {
      received = socket.bytesRead;
      timer = setTimeout(look, ms);
    } else socket.destroy();
  };
  let timer = setTimeout(look, ms);
  const over = () => clearTimeout(timer);
  request.once("end", over);
  request.once("close", over);
}
