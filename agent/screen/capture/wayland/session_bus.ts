import { join } from "node:path";
import {
  type BusCall,
  busCall,
  type BusMessage,
  CALL,
  ERROR,
  messageLength,
  readBusMessage,
  REPLY,
} from "./bus_message.ts";

/** Where the session's bus listens, a path; undefined where the variables do not say it, or say something else than a file. */
export function busAddress(
  variable: (name: "DBUS_SESSION_BUS_ADDRESS" | "XDG_RUNTIME_DIR") => string | undefined,
): string | undefined {
  const address = variable("DBUS_SESSION_BUS_ADDRESS");
  const folder = variable("XDG_RUNTIME_DIR");
  if (address === undefined) return folder === undefined ? undefined : join(folder, "bus");
  const path = /(?:^|;)unix:(?:[^;]*,)?path=([^,;]+)/.exec(address)?.[1];
  return path === undefined ? undefined : decodeURIComponent(path);
}

/**
 * A connection to the session's bus. The portal answers calls later, by a signal, and drops the request of whoever has left by
 * then: `gdbus call` and `busctl call` leave at once, so that neither can ask for a screenshot.
 */
export class SessionBus {
  readonly #connection: Deno.UnixConn;
  #serial = 0;
  #rest = new Uint8Array(0);

  private constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
  }

  /** To be closed by the caller. @throws what the system says */
  static async connect(path: string): Promise<SessionBus> {
    return new SessionBus(await Deno.connect({ transport: "unix", path }));
  }

  /** What comes before every call. @throws {Error} when the bus does not let us in */
  async hello(): Promise<void> {
    await this.#authenticate();
    await this.call({ ...BUS, member: "Hello" }, () => {});
  }

  /**
   * Calls a method, and answers its reply's body.
   *
   * @param onOther gets what comes meanwhile
   * @throws {Error} when the method fails, or the bus goes away
   */
  async call(call: BusCall, onOther: (message: BusMessage) => void): Promise<readonly unknown[]> {
    const serial = ++this.#serial;
    await this.#write(busCall(serial, call));
    for (;;) {
      const message = await this.next();
      if (message.replyTo !== serial || (message.kind !== REPLY && message.kind !== ERROR)) {
        onOther(message);
        continue;
      }
      if (message.kind === REPLY) return message.body;
      throw new Error(`${call.member}: ${message.body[0] ?? message.errorName}`);
    }
  }

  /** Asks the bus for signals. @param rule as the specification has match rules */
  async listen(rule: string): Promise<void> {
    await this.call({ ...BUS, member: "AddMatch", body: [rule] }, () => {});
  }

  /** The next message, but calls, which nobody has reason to make. */
  async next(): Promise<BusMessage> {
    for (;;) {
      const head = await this.#peek(16);
      const message = readBusMessage(await this.#take(messageLength(head)));
      if (message.kind !== CALL) return message;
    }
  }

  close(): void {
    this.#connection.close();
  }

  async #authenticate(): Promise<void> {
    const name = [...String(Deno.uid() ?? 0)].map((digit) => digit.charCodeAt(0).toString(16)).join("");
    await this.#write(new TextEncoder().encode(`\0AUTH EXTERNAL ${name}\r\n`));
    let said = "";
    while (!said.endsWith("\r\n") && said.length < 1000) said += new TextDecoder().decode(await this.#take(1));
    if (!said.startsWith("OK ")) throw new Error(`it does not let us in: ${said.trim()}`);
    await this.#write(new TextEncoder().encode("BEGIN\r\n"));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }

  async #take(length: number): Promise<Uint8Array> {
    const bytes = (await this.#peek(length)).slice();
    this.#rest = this.#rest.slice(length);
    return bytes;
  }

  async #peek(length: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(16 * 1024);
    while (this.#rest.length < length) {
      const count = await this.#connection.read(buffer);
      if (count === null) throw new Error("the session bus closed the connection");
      const more = new Uint8Array(this.#rest.length + count);
      more.set(this.#rest);
      more.set(buffer.subarray(0, count), this.#rest.length);
      this.#rest = more;
    }
    return this.#rest.subarray(0, length);
  }
}

const BUS = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
} as const;
