import type { CommandResponse, StatusSample, TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";

/** How a device is reached. */
export type LinkKind = "self" | "attached" | "dialled";

/** The coordinator's way to one device. */
export interface DeviceLink {
  readonly deviceId: string;
  readonly kind: LinkKind;
  /** Tells two programs with one device id apart; empty for a dialled device. */
  readonly instanceId: string;
  /** Tasks that it can take now. */
  readonly credits: number;
  /** Tasks given to it and not answered. */
  readonly running: number;
  assign(tasks: readonly TaskAssignment[]): void;
  acknowledge(outcomes: readonly TaskRef[]): void;
  /** @throws {MeshError} the device's own refusal; UNAVAILABLE when it is lost meanwhile; CANCELLED on abort. */
  execute(command: string, args: readonly string[], options: ExecuteOptions): Promise<CommandResponse>;
  /** Ends the link. Idempotent. `goodbye`: this coordinator goes on purpose. */
  close(reason: string, goodbye?: boolean): void;
}

export interface ExecuteOptions {
  readonly signal?: AbortSignal | undefined;
  /** What is left of the caller's deadline, in ms; undefined = the device's own limit. */
  readonly timeoutMs?: number | undefined;
}

/** What a link tells of its device. */
export interface LinkEvents {
  outcomes(link: DeviceLink, outcomes: readonly TaskOutcome[]): void;
  capacity(link: DeviceLink): void;
  sample(link: DeviceLink, sample: StatusSample): void;
  /** Called once. The device takes no new work and answers nothing more. */
  closed(link: DeviceLink, reason: string): void;
}
