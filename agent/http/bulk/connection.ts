import type { ServerResponse } from "node:http";

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

  /** The ports that it is between; undefined where it has none any more. */
  get ports(): { readonly local: number; readonly remote: number } | undefined {
    const { localPort, remotePort } = this.response.socket ?? {};
    return localPort && remotePort && !this.isGone ? { local: localPort, remote: remotePort } : undefined;
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
