import type { CostError } from "../../../proto/messages.ts";

/** A way to a model: the model server's own API, the agent's HTTP API, or `MeshService.Generate`. */
export type Way =
  | { readonly by: "server"; readonly url: string }
  | { readonly by: "http"; readonly url: string; readonly deviceId: string }
  | { readonly by: "grpc"; readonly deviceId: string };

/** What is asked of a model, alike on every way. */
export interface Ask {
  readonly model: string;
  /** Of the prompt, at random. */
  readonly words: number;
  /** The answer has as many, exactly. */
  readonly tokens: number;
}

/** An answer as the client met it. Times in ms from the asking. */
export interface Stream {
  readonly firstTokenMs: number;
  readonly endMs: number;
}

/** Answers that were under way together. */
export interface Crowd {
  readonly streams: readonly Stream[];
  /** From the first asking to the last end, in ms. */
  readonly ms: number;
}

/** A generation of which was said beforehand how long it would take; times in ms. */
export interface Predicted {
  readonly predictedMs: number;
  /** On the device, by its own count. */
  readonly actualMs: number;
  /** Until the caller had all of it. */
  readonly waitedMs: number;
}

/** What a client process can be told to do, one order a line; each is answered by one line. */
export type Orders = {
  /** One stream at a time, so many on each way, the ways in turn. Answers the streams of each. */
  inTurn: {
    readonly order: { readonly ways: readonly Way[]; readonly ask: Ask; readonly rounds: number };
    readonly result: readonly (readonly Stream[])[];
  };
  /** So many streams at once on one way. */
  together: {
    readonly order: { readonly way: Way; readonly ask: Ask; readonly streams: number };
    readonly result: Crowd;
  };
  /** Prompts of mixed sizes, one after the other, on each device in turn. Answers those of each. */
  predicted: {
    readonly order: { readonly deviceIds: readonly string[]; readonly model: string; readonly prompts: number };
    readonly result: readonly (readonly Predicted[])[];
  };
  costReport: { readonly order: Record<string, never>; readonly result: readonly CostError[] };
  /** What each device that is online answers with where no model is named, by its id. */
  models: { readonly order: Record<string, never>; readonly result: Readonly<Record<string, string>> };
};

/** What the client process does for each order. */
export type OrderHandlers = {
  readonly [Name in keyof Orders]: (order: Orders[Name]["order"]) => Promise<Orders[Name]["result"]>;
};
