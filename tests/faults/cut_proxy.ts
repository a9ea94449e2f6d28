/** A TCP proxy in front of an agent, whose connections can be cut. Listens on a free loopback port. */
export class CutProxy implements AsyncDisposable {
  /** Connections that were made through it. */
  connections = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.TcpConn>();
  readonly #pumps = new Set<Promise<unknown>>();
  readonly #accepting: Promise<void>;
  #cut: { bytes: number; done: () => void } | undefined;

  /** @param target `HOST:PORT` */
  constructor(private readonly target: string) {
    this.#accepting = this.#accept();
  }

  /** `HOST:PORT` */
  get address(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Cuts all connections as soon as so many bytes more have gone through, in the middle of whatever they belong to. */
  cutAfter(bytes: number): Promise<void> {
    return new Promise((done) => this.#cut = { bytes, done });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#destroyAll();
    await this.#accepting;
    await Promise.all(this.#pumps);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      this.connections++;
      const serving = this.#serve(client).finally(() => this.#pumps.delete(serving));
      this.#pumps.add(serving);
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    const [hostname = "", port] = this.target.split(":");
    this.#open.add(client);
    try {
      const server = await Deno.connect({ hostname, port: Number(port) });
      this.#open.add(server);
      // As gRPC's own sockets are: else each window update would wait for an acknowledgement.
      for (const connection of [client, server]) connection.setNoDelay(true);
      await Promise.all([this.#pump(client, server), this.#pump(server, client)]);
    } catch {
      // Nobody listens there now: the client hears it as a connection that is closed.
      this.#destroy(client);
    }
  }

  async #pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(16_384);
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        const cut = this.#cut;
        const passed = cut ? Math.min(cut.bytes, count) : count;
        for (let at = 0; at < passed;) at += await to.write(buffer.subarray(at, passed));
        if (!cut) continue;
        cut.bytes -= passed;
        if (cut.bytes > 0 || this.#cut !== cut) continue;
        this.#cut = undefined;
        this.#destroyAll();
        cut.done();
      }
    } catch {
      // One side was closed, or both were cut.
    }
    this.#destroy(from);
    this.#destroy(to);
  }

  #destroyAll(): void {
    for (const connection of [...this.#open]) this.#destroy(connection);
  }

  #destroy(connection: Deno.TcpConn): void {
    if (this.#open.delete(connection)) connection.close();
  }
}
