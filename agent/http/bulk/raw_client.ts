/** A client over a bare connection, which takes as much as it likes, for tests. */
export class RawClient implements Disposable {
  readonly #buffer = new Uint8Array(64 * 1024);

  private constructor(private readonly connection: Deno.TcpConn) {}

  static async open(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Asks for an address, and reads the head of its answer; answers it, and how many bytes of the body came with it. */
  async get(address: string): Promise<{ readonly head: string; readonly bytes: number }> {
    const { pathname, host } = new URL(address);
    await this.connection.write(new TextEncoder().encode(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`));
    let text = "";
    for (let end = -1; end < 0; end = text.indexOf("\r\n\r\n")) {
      const count = await this.connection.read(this.#buffer);
      if (count === null) throw new Error(`the connection ended within a head: ${text}`);
      text += latin1.decode(this.#buffer.subarray(0, count));
    }
    const end = text.indexOf("\r\n\r\n") + 4;
    return { head: text.slice(0, end), bytes: text.length - end };
  }

  /** Reads as many bytes, or fewer where the connection ends before; answers how many. */
  async take(count: number): Promise<number> {
    let taken = 0;
    try {
      while (taken < count) {
        const read = await this.connection.read(this.#buffer.subarray(0, Math.min(count - taken, this.#buffer.length)));
        if (read === null) break;
        taken += read;
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
    return taken;
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}

/** One character for each byte. */
const latin1 = new TextDecoder("latin1");
