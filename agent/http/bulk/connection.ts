import type { ServerResponse } from "node:http";
import { endpoint } from "./socket_address.ts";
import type { Ends } from "./system_sending.ts";

/** A connection that a body is given to, piece by piece, and no faster than its client takes it. */
export class Connection {
  constructor(
    private readonly response: ServerResponse,
    private readonly signal: AbortSignal,
    private readonly stallMs: number,
  ) {}

  get isGone(): boolean {
    return this.response.destroyed || this.signal.aborted;
  }

  /** What it is between; undefined where that cannot be told, or it is gone. */
  get ends(): Ends | undefined {
    const { localAddress, localPort, remoteAddress, remotePort } = this.response.socket ?? {};
    const [local, remote] = [endpoint(localAddress, localPort), endpoint(remoteAddress, remotePort)];
    return local && remote && !this.isGone ? { local, remote } : undefined;
  }

  /**
   * Gives it a piece. Resolves when the system has taken all of it; false where nobody is there any more. One that takes nothing for
   * too long is cut. The piece must not change before.
   */
  write(piece: Uint8Array): Promise<boolean> {
    if (this.isGone) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.cut(), this.stallMs);
      const cut = () => this.cut();
      const closed = () => done();
      const done = (error?: Error | null) => {
        clearTimeout(timer);
        this.response.off("close", closed);
        this.signal.removeEventListener("abort", cut);
        resolve(!error && !this.isGone);
      };
      this.response.once("close", closed);
      this.signal.addEventListener("abort", cut);
      this.response.write(piece, done);
    });
  }

  /** Ends it in the middle of its answer, so that the client knows that it has not got all. */
  cut(): void {
    this.response.destroy();
  }
}
