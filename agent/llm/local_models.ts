import { MeshError } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { listed, named } from "./model_name.ts";
import type { ModelServer, ServedModel } from "./types.ts";
import { WatchedServer } from "./watched_server.ts";

/** A model of this device. */
export interface LocalModel extends ServedModel {
  /** Who serves it. */
  readonly server: ModelServer;
}

/** What a model can be asked for. */
export type Ability = "generates" | "embeds";

export interface LocalModelsOptions {
  /** Time between two looks at the servers, in ms; default 30 s, so that changes are known within a minute. */
  readonly intervalMs?: number;
  /** How long `start` waits for the servers' first answers, in ms; default 1 s. A slower server is found later. */
  readonly firstLookMs?: number;
  /** A server that takes longer to say what it has, in ms, has nothing now; default 5 s. */
  readonly lookMs?: number;
  /** Somebody named the servers: that one of them does not answer is worth a line in the log from the start. */
  readonly areNamed?: boolean;
}

const INTERVAL_MS = 30_000;
const FIRST_LOOK_MS = 1000;
const LOOK_MS = 5000;

/** Models whose memory is remembered, at most. */
const MAX_REMEMBERED = 4096;

/** What a model without the ability does not do. */
const LACKS: Readonly<Record<Ability, string>> = { generates: "generates no text", embeds: "makes no embeddings" };
const THAT: Readonly<Record<Ability, string>> = { generates: "generates text", embeds: "makes embeddings" };

/**
 * The models of this device: those of its model servers, which are asked again and again. Where two servers have a model
 * of one name, the first server's counts.
 */
export class LocalModels implements Component {
  readonly name = "local models";
  readonly #servers: readonly WatchedServer[];
  readonly #listeners = new Set<() => void>();
  /** Bytes that each model took when it was last loaded, by its name. */
  readonly #memory = new Map<string, number>();
  readonly #intervalMs: number;
  readonly #firstLookMs: number;
  #models: readonly LocalModel[] = [];
  /** What was the first choice when it was last asked for. */
  readonly #chosen = new Map<Ability, string | undefined>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(servers: readonly ModelServer[], options: LocalModelsOptions = {}) {
    const { intervalMs = INTERVAL_MS, firstLookMs = FIRST_LOOK_MS, lookMs = LOOK_MS, areNamed = false } = options;
    this.#intervalMs = intervalMs;
    this.#firstLookMs = firstLookMs;
    this.#servers = servers.map((server) =>
      new WatchedServer(server, { limitMs: lookMs, isNamed: areNamed, onLook: () => this.#update() })
    );
  }

  /** Resolves when every server has answered, or after the time for the first look. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => {
      for (const server of this.#servers) server.look();
    }, this.#intervalMs);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, this.#firstLookMs));
    await Promise.race([Promise.all(this.#servers.map((server) => server.look())), late]);
    clearTimeout(timer);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  /** All of them, by name. */
  get models(): readonly LocalModel[] {
    return this.#models;
  }

  get names(): string[] {
    return this.#models.map(({ name }) => name);
  }

  /**
   * What a request without a model is answered by: a model in memory before others, then the newest, then by name. As
   * long as it is in memory it stays the one, whatever else is loaded.
   */
  get default(): LocalModel | undefined {
    return this.#first("generates");
  }

  /** As with Ollama, a name without a tag means `:latest`. */
  find(name: string): LocalModel | undefined {
    return named(this.#models, name);
  }

  /**
   * The model for a request.
   *
   * @param name empty = the default one
   * @throws {MeshError} NOT_FOUND where there is none of that name; FAILED_PRECONDITION where it cannot do what is asked,
   * or this device has no model
   */
  choose(name: string, ability: Ability): LocalModel {
    if (this.#models.length === 0) throw new MeshError("FAILED_PRECONDITION", this.#nothing());
    const model = name ? this.find(name) : this.#first(ability);
    if (model?.[ability]) return model;
    if (model) {
      const able = this.#models.filter((one) => one[ability]).map((one) => one.name);
      const instead = able.length > 0 ? `; use ${listed(able)}` : "";
      throw new MeshError("FAILED_PRECONDITION", `model ${quoted(name)} ${LACKS[ability]}${instead}`);
    }
    if (name) {
      throw new MeshError("NOT_FOUND", `model ${quoted(name)} is not on this device; it has: ${this.#list()}`);
    }
    throw new MeshError(
      "FAILED_PRECONDITION",
      `this device has no local model that ${THAT[ability]}; it has: ${this.#list()}`,
    );
  }

  /**
   * Asks all servers now; a question that is under way already may have been answered too early, so another one follows.
   * Does not reject.
   */
  async refresh(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.lookAfresh()));
  }

  /** A model has just been used, so it is in memory. Where that is news, its server is asked how much it takes. */
  noteLoaded({ name, server }: LocalModel): void {
    const model = this.find(name);
    if (!model || model.loaded || model.server !== server) return;
    const watched = this.#servers.find((one) => one.server === server);
    watched?.markLoaded(name);
    watched?.lookAfresh();
    this.#update();
  }

  /** Calls the listener whenever anything of the models changed. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #first(ability: Ability): LocalModel | undefined {
    const able = this.#models.filter((model) => model[ability]);
    // Embeddings are better made by a model that does nothing else.
    const meant = ability === "embeds" ? able.filter((model) => !model.generates) : able;
    const models = (meant.length > 0 ? meant : able).sort(byPreference);
    const former = models.find(({ name, loaded }) => loaded && name === this.#chosen.get(ability));
    const first = former ?? models[0];
    this.#chosen.set(ability, first?.name);
    return first;
  }

  #update(): void {
    const models = this.#merged();
    const changed = signatureOf(models) !== signatureOf(this.#models);
    this.#models = models;
    if (changed) { for (const listener of [...this.#listeners]) listener(); }
  }

  #merged(): LocalModel[] {
    const byName = new Map<string, LocalModel>();
    for (const { server, models } of this.#servers) {
      for (const model of models) {
        if (byName.has(model.name)) continue;
        byName.set(model.name, { ...model, memoryBytes: this.#remembered(model), server });
      }
    }
    return [...byName.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  #remembered({ name, memoryBytes }: ServedModel): number {
    if (memoryBytes === 0) return this.#memory.get(name) ?? 0;
    this.#memory.delete(name);
    this.#memory.set(name, memoryBytes);
    const [oldest] = this.#memory.keys();
    if (oldest !== undefined && this.#memory.size > MAX_REMEMBERED) this.#memory.delete(oldest);
    return memoryBytes;
  }

  #list(): string {
    return listed(this.names);
  }

  #nothing(): string {
    const found = this.#servers.map(({ server: { endpoint }, answers }) =>
      answers ? `${endpoint} has none` : `nothing answers at ${endpoint}`
    );
    return `this device has no local model (${found.join(", ") || "no model server is named"})`;
  }
}

function byPreference(a: LocalModel, b: LocalModel): number {
  return Number(b.loaded) - Number(a.loaded) || b.modifiedAt - a.modifiedAt || (a.name < b.name ? -1 : 1);
}

function signatureOf(models: readonly LocalModel[]): string {
  return JSON.stringify(models.map(({ server, ...model }) => [server.endpoint, model]));
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
