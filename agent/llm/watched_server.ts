import { LinkedSignal } from "../core/abort.ts";
import { durationText } from "../core/duration.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import { listed } from "./model_name.ts";
import type { ModelServer, ServedModel } from "./types.ts";

const log = logger("llm");

/** Models of one server that are taken, at most. */
const MAX_MODELS = 1000;

/** Characters of a model's name, at most: what a device may say of its model. */
const MAX_NAME = 256;

export interface WatchOptions {
  /** A server that takes longer to answer, in ms, has no models. */
  readonly limitMs: number;
  /** Somebody named it: that it does not answer is said in the log also where it never did. */
  readonly isNamed: boolean;
  /** Called when it has answered, or has not. */
  readonly onLook: () => void;
}

/** One model server, and the models that it had when it was last asked. */
export class WatchedServer {
  #models: readonly ServedModel[] = [];
  #answers = false;
  /** What was logged last. */
  #told: string | undefined;
  #look: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(readonly server: ModelServer, private readonly options: WatchOptions) {}

  /** None while it does not answer. */
  get models(): readonly ServedModel[] {
    return this.#models;
  }

  /** Whether it answered when it was last asked. */
  get answers(): boolean {
    return this.#answers;
  }

  /** Asks it. Whoever calls while it is being asked waits for the same answer. Does not reject. */
  look(): Promise<void> {
    return this.#look ??= this.#ask().finally(() => this.#look = undefined);
  }

  /** The same, with an answer to a question that is asked after this call. */
  lookAfresh(): Promise<void> {
    if (!this.#look) return this.look();
    return this.#next ??= this.#look.then(() => {
      this.#next = undefined;
      return this.look();
    });
  }

  /** It is known to have this model in memory, before it says so. */
  markLoaded(name: string): void {
    this.#models = this.#models.map((model) => model.name === name ? { ...model, loaded: true } : model);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#look, this.#next]);
  }

  async #ask(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    using limited = new LinkedSignal(this.#stopping.signal);
    const { limitMs } = this.options;
    limited.abortAfter(
      limitMs,
      new MeshError("DEADLINE_EXCEEDED", `it did not answer within ${durationText(limitMs)}`),
    );
    try {
      this.#models = usable(await this.server.models(limited.signal));
      this.#answers = true;
      const names = this.#models.map(({ name }) => name);
      this.#tell(names.length > 0 ? `models at ${this.server.endpoint}: ${listed(names)}` : this.#none());
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#models = [];
      this.#answers = false;
      this.#tell(`no model server answers at ${this.server.endpoint}`, error);
    }
    this.options.onLook();
  }

  #none(): string {
    return `the model server at ${this.server.endpoint} has no models`;
  }

  #tell(what: string, error?: unknown): void {
    if (what === this.#told) return;
    const isFirst = this.#told === undefined;
    this.#told = what;
    const text = error === undefined ? "{what}" : "{what}: {reason}";
    const properties = { what, reason: messageOf(error) };
    // Most devices have no model server, and nobody expects one.
    if (error !== undefined && isFirst && !this.options.isNamed) log.debug(text, properties);
    else log.info(text, properties);
  }
}

/** Those with a name that can be handed on, each name once, by name. */
function usable(models: readonly ServedModel[]): ServedModel[] {
  const byName = new Map<string, ServedModel>();
  for (const model of models) {
    const { name } = model;
    if (name === "" || name.length > MAX_NAME || /\p{C}/u.test(name)) {
      log.debug("a model without a usable name is left out: {name}", { name: name.slice(0, MAX_NAME) });
    } else if (!byName.has(name) && byName.size < MAX_MODELS) byName.set(name, model);
  }
  return [...byName.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}
