import type { IceServer } from "../../config/config.ts";
import { type ErrorCode, MeshError, messageOf } from "../../core/errors.ts";
import type { LogFormat, LogLevel } from "../../core/log.ts";
import type { BackendName } from "../capture/backend.ts";
import type { Monitor } from "../types.ts";
import type { StreamConfig } from "./stream_config.ts";
import type { StreamFigures } from "./stream_options.ts";

/** What the screen worker has to know of the agent. It is told once, before anything is asked of it. */
export interface WorkerSettings {
  /** This device's name, for viewers. */
  readonly device: string;
  readonly capture: "auto" | BackendName;
  /** The environment variables of the desktop session, as far as they are set. */
  readonly variables: Readonly<Record<string, string>>;
  /** See `JpegOptions`. */
  readonly dataDir: string;
  /** As the agent's own log; without it the worker is silent. */
  readonly log?: { readonly level: LogLevel; readonly format: LogFormat };
  /** How long a stream waits for its answer, and then for its viewer, in ms. Default 30 s. */
  readonly answerMs?: number;
}

export type WorkerRequest =
  | {
    readonly op: "start";
    readonly streamId: string;
    readonly config: StreamConfig;
    readonly video: boolean;
    readonly iceServers: readonly IceServer[];
  }
  | { readonly op: "answer"; readonly streamId: string; readonly sdp: string }
  /** Does nothing when the stream has ended already. */
  | { readonly op: "stop"; readonly streamId: string; readonly reason: string }
  | { readonly op: "monitors" }
  /** Captures a picture. */
  | { readonly op: "probe" }
  /** Ends all streams and gives everything back. Nothing may be asked after it. */
  | { readonly op: "close"; readonly reason: string };

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface WorkerReply {
  readonly failure?: Failure;
  /** Of a start: the offer. */
  readonly sdp?: string;
  /** Of monitors and probe. */
  readonly monitors?: readonly Monitor[];
  /** Of a probe: how the screen is captured. */
  readonly backend?: string;
}

/** What the worker says by itself. */
export type WorkerEvent =
  /** Once a second, as long as the worker lives: all streams. */
  | { readonly type: "figures"; readonly figures: Readonly<Record<string, StreamFigures>> }
  /** Once for each stream whose start succeeded. */
  | { readonly type: "ended"; readonly streamId: string; readonly reason: string };

export type ToWorker = { readonly settings: WorkerSettings } | { readonly id: number; readonly request: WorkerRequest };
export type FromWorker = { readonly id: number; readonly reply: WorkerReply } | { readonly event: WorkerEvent };

export function failureOf(error: unknown): Failure {
  if (error instanceof MeshError) return { code: error.code, message: error.message };
  return { code: "INTERNAL", message: `the screen worker failed: ${messageOf(error)}` };
}
