/**
 * A process that stands for a network: `udp_relay.ts DELAY_MS LOSS`. Each line `HOST PORT` of its standard input, the address
 * of one side, is answered by a line `NEAR FAR`: what the other side sends to the port NEAR of 127.0.0.1 comes to that
 * address from the port FAR, and what is sent to FAR goes back. Every datagram is late by DELAY_MS; of LOSS (0..1) nothing is
 * heard again. Ends with its standard input.
 *
 * It calls the C library and blocks: that takes a tenth of the processor time of sockets in JavaScript, which would be
 * missing on the machine that is measured.
 */
import { seededRandom } from "./material.ts";
import { openSocket, receive, send, wait } from "./udp_sockets.ts";

const STDIN = 0;

type Bytes = Uint8Array<ArrayBuffer>;

interface Datagram {
  /** When it arrives, in ms of this process's clock. */
  readonly due: number;
  readonly bytes: Bytes;
  readonly from: Side;
}

/** One of the two sockets of a way. */
interface Side {
  readonly socket: number;
  readonly port: number;
  /** Who is on this side, as the C library writes addresses; where it was not named, whoever has spoken last. */
  peer: Bytes | undefined;
  readonly named: boolean;
}

const delayMs = Number(Deno.args[0]);
const loss = Number(Deno.args[1]);
const random = seededRandom(11);
/** Every side, and what is sent out of when something comes in there. */
const sides = new Map<Side, Side>();
const underWay: Datagram[] = [];

function address(host: string, port: number): Bytes {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 2, true);
  view.setUint16(2, port);
  bytes.set(host.split(".").map(Number), 4);
  return bytes;
}

function connect(host: string, port: number): string {
  const near: Side = { ...openSocket(), peer: undefined, named: false };
  const far: Side = { ...openSocket(), peer: address(host, port), named: true };
  sides.set(near, far).set(far, near);
  return `${near.port} ${far.port}`;
}

function takeIn(side: Side, other: Side): void {
  for (let received = receive(side.socket); received; received = receive(side.socket)) {
    if (!side.named) side.peer = received.from;
    if (random() < loss) continue;
    underWay.push({ due: performance.now() + delayMs, bytes: received.bytes, from: other });
  }
}

/** Sends what is due. Answers how long the next one has, in ms; -1 where none is under way. */
function sendDue(): number {
  for (let next = underWay[0]; next; next = underWay[0]) {
    const left = next.due - performance.now();
    if (left > 0) return left;
    underWay.shift();
    if (next.from.peer) send(next.from.socket, next.bytes, next.from.peer);
  }
  return -1;
}

const line = new Uint8Array(256);
for (;;) {
  const ways = [...sides];
  const [asked, ...ready] = wait([STDIN, ...ways.map(([{ socket }]) => socket)], sendDue());
  for (const [at, [side, other]] of ways.entries()) if (ready[at]) takeIn(side, other);
  if (!asked) continue;
  const read = Deno.stdin.readSync(line);
  if (read === null) break;
  for (const order of new TextDecoder().decode(line.subarray(0, read)).trim().split("\n")) {
    const [host = "", port] = order.split(" ");
    console.log(connect(host, Number(port)));
  }
}
