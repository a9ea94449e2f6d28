/** A request that a stand-in got. */
export interface RecordedRequest {
  readonly path: string;
  /** What was asked, as it was sent. */
  readonly body: Readonly<Record<string, unknown>>;
  /**
   * `running`, then `done` when its answer ended as it should, `stopped` when the client closed the connection before
   * that, `failed` when the stand-in failed it, or died.
   */
  state: "running" | "done" | "stopped" | "failed";
  /** Pieces of text that were sent. */
  pieces: number;
  /** When it came and ended, in ms of the process's clock. */
  readonly startedAt: number;
  endedAt: number;
}

/** The requests that a stand-in got, in their order, for tests that wait for what it sees. */
export class RecordedRequests {
  readonly all: RecordedRequest[] = [];
  readonly #waiting = new Set<() => void>();

  add(path: string, body: Readonly<Record<string, unknown>>): RecordedRequest {
    const request: RecordedRequest = {
      path,
      body,
      state: "running",
      pieces: 0,
      startedAt: performance.now(),
      endedAt: 0,
    };
    this.all.push(request);
    this.changed();
    return request;
  }

  end(request: RecordedRequest, state: "done" | "stopped" | "failed"): void {
    request.state = state;
    request.endedAt = performance.now();
    this.changed();
  }

  changed(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Resolves as soon as `holds` is true; it is asked whenever a request changes. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const check = () => {
        try {
          if (!holds()) return;
        } catch (error) {
          this.#waiting.delete(check);
          return reject(error);
        }
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
    });
  }
}
