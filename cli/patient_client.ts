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

/**
 * A client for what goes on for long: it outlives the agent's restarts, which end sessions. What is asked at the same
 * time shares one new session.
 */
export class PatientClient {
  readonly #patience: Patience;
  #client: MeshClient;
  #opening: Promise<MeshClient> | undefined;

  constructor(client: MeshClient, patience: Patience) {
    this.#client = client;
    this.#patience = patience;
  }

  /** The session that is used now. */
  get current(): MeshClient {
    return this.#client;
  }

  /**
   * Asks the agent; where it is away, again until it is back. Only for what may be asked twice.
   *
   * @throws {MeshError} what the agent says, or why it was lost when it stayed away
   */
  async ask<Answer>(question: (client: MeshClient) => Promise<Answer>): Promise<Answer> {
    const client = this.#client;
    try {
      return await question(client);
    } catch (error) {
      if (!isLost(error)) throw error;
      return await this.#askAgain(question, client, error);
    }
  }

  async #askAgain<Answer>(
    question: (client: MeshClient) => Promise<Answer>,
    failed: MeshClient,
    lost: MeshError,
  ): Promise<Answer> {
    const { onAway, signal, patienceMs = PATIENCE_MS } = this.#patience;
    const until = performance.now() + patienceMs;
    // An ended session alone is no absence: a new one is opened without a word.
    if (lost.code === "UNAVAILABLE") await onAway(lost);
    for (;;) {
      try {
        failed = await this.#another(failed);
        return await question(failed);
      } catch (error) {
        if (!isAway(error) || performance.now() + PAUSE_MS > until) throw error;
      }
      await delay(PAUSE_MS, signal);
    }
  }

  /** A session that is not the one that failed: a new one, unless somebody else has opened that already. */
  #another(failed: MeshClient): Promise<MeshClient> {
    if (this.#client !== failed) return Promise.resolve(this.#client);
    this.#opening ??= this.#patience.reconnect()
      .then((client) => this.#client = client)
      .finally(() => this.#opening = undefined);
    return this.#opening;
  }
}

/** Whether the agent is still away: not there, or there and standing still. */
function isAway(error: unknown): boolean {
  return error instanceof MeshError && (error.code === "UNAVAILABLE" || error.code === "DEADLINE_EXCEEDED");
}

/** Whether the agent went away, or has forgotten the session that it gave. */
export function isLost(error: unknown): error is MeshError {
  return error instanceof MeshError && (error.code === "UNAVAILABLE" || error.code === "UNAUTHENTICATED");
}
