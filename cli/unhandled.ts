import { messageOf } from "../agent/core/errors.ts";
import { logger } from "../agent/core/log.ts";
import { EXIT } from "./failure.ts";

/**
 * What happens to a failure that nobody awaited, a defect of ours in any case. A command ends with one line. An agent
 * lives on and logs it: other people's work runs on it, and what failed has been given up already.
 */
export class UnhandledFailures implements Disposable {
  readonly #listeners = new AbortController();

  /** @param verbose also prints the trace */
  constructor(options: { readonly livesOn: boolean; readonly verbose: boolean }) {
    const handle = (error: unknown) => {
      if (options.livesOn) {
        logger("agent").error("internal error, going on: {error}", { error });
        if (error instanceof Error) logger("agent").debug("{stack}", { stack: error.stack });
        return;
      }
      console.error(`edgemesh: internal error: ${messageOf(error)}`);
      if (options.verbose) console.error(error);
      Deno.exit(EXIT.failed);
    };
    const { signal } = this.#listeners;
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      handle(event.reason);
    }, { signal });
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      handle(event.error);
    }, { signal });
  }

  [Symbol.dispose](): void {
    this.#listeners.abort();
  }
}
