import { delay } from "../agent/core/abort.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { MeshClient } from "./client.ts";

/** How long an agent may be away before it is given up, in ms: a restart, a closed lid, another network. */
const PATIENCE_MS = 60_000;

/** Time between attempts to reach it, in ms. */
const PAUSE_MS = 500;

export interface Patience {
  /** Opens a new session. */
  reconnect(): Promise<MeshClient>;
  /** Hears once of each absence why the agent was lost. */
  onAway(reason: MeshError): Promise<void> | void;
  readonly signal: AbortSignal;
  /** In ms. */
  readonly patienceMs?: number;
}

/** A client for what goes on for long: it outlives the agent's restarts, which end sessions. */
export class PatientClient {
  readonly #patience: Patience;
  #client: MeshClient;

  constructor(client: MeshClient, patience: Patience) {
    this.#client = client;
    this.#patience = patience;
  }

  /**
   * Asks the agent; where it is away, again until it is back. Only for questions, which may be asked twice.
   *
   * @throws {MeshError} what the agent says, or why it was lost when it stayed away
   */
  async ask<Answer>(question: (client: MeshClient) => Promise<Answer>): Promise<Answer> {
    try {
      return await question(this.#client);
    } catch (error) {
      if (!isLost(error)) throw error;
      return await this.#askAgain(question, error);
    }
  }

  async #askAgain<Answer>(question: (client: MeshClient) => Promise<Answer>, lost: MeshError): Promise<Answer> {
    const { reconnect, onAway, signal, patienceMs = PATIENCE_MS } = this.#patience;
    const until = performance.now() + patienceMs;
    // An ended session alone is no absence: a new one is opened without a word.
    if (lost.code === "UNAVAILABLE") await onAway(lost);
    for (;;) {
      try {
        this.#client = await reconnect();
        return await question(this.#client);
      } catch (error) {
        const isAway = error instanceof MeshError && error.code === "UNAVAILABLE";
        if (!isAway || performance.now() + PAUSE_MS > until) throw error;
      }
      await delay(PAUSE_MS, signal);
    }
  }
}

/** Whether the agent went away, or has forgotten the session that it gave. */
function isLost(error: unknown): error is MeshError {
  return error instanceof MeshError && (error.code === "UNAVAILABLE" || error.code === "UNAUTHENTICATED");
}
