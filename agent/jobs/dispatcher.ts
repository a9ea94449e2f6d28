import type { TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";

/** A device as the scheduler sees it: online, with the work that it can still take. */
export interface DispatchTarget {
  readonly deviceId: string;
  readonly deviceName: string;
  /** Which start of its program it is; empty where that is not known. */
  readonly instanceId: string;
  /** Tasks that it can take now (the credits it granted and that are not used up). */
  readonly credits: number;
  /** How many tasks of each kind it runs at once; a kind that is not there it cannot run. Undefined = any, as credits allow. */
  readonly kinds: ReadonlyMap<string, number> | undefined;
  /** True while it has no local model: it cannot take LLM_GENERATE now, whatever `kinds` says. */
  readonly lacksModel?: boolean;
  /** CPU load 0..1, or -1 if unknown. */
  readonly load: number;
}

/** What the scheduler hears from its devices. */
export interface DispatchListener {
  /**
   * A device is there, for the first time or again.
   *
   * @param instanceId which start of its program it is; empty where that is not known: what it held before is lost
   * @param held the attempts that it knows: those that it runs, and those whose outcome it will send
   */
  attached(deviceId: string, instanceId: string, held: readonly TaskRef[]): void;
  /** Outcomes as the device sent them: not yet checked against what it was given. */
  outcomes(deviceId: string, outcomes: readonly TaskOutcome[]): void;
  /** A device can take more work. */
  capacity(deviceId: string): void;
  /** A device cannot be reached for now: it keeps what it has, and `attached` or `lost` follows. */
  away(deviceId: string): void;
  /** A device is gone: what it was running will not be answered. */
  lost(deviceId: string, reason: string): void;
}

/** How the scheduler reaches devices. Implemented by the mesh; local and remote devices look the same. */
export interface TaskDispatcher {
  targets(): DispatchTarget[];
  isOnline(deviceId: string): boolean;
  /** Gives tasks to a device, at most as many as its credits. Does nothing when it is not online. */
  assign(deviceId: string, tasks: readonly TaskAssignment[]): void;
  /** Tells a device that these outcomes are durable, so that it may forget them. */
  acknowledge(deviceId: string, outcomes: readonly TaskOutcome[]): void;
  /** Tells a device that nobody wants these attempts any more. */
  cancel(deviceId: string, attempts: readonly TaskRef[]): void;
  listen(listener: DispatchListener): void;
}
