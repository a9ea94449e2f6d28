import type { TaskAssignment, TaskOutcome, TaskRef } from "../../proto/messages.ts";

/** A device as the scheduler sees it: online, with the work that it holds and the work that it can still take. */
export interface DispatchTarget {
  readonly deviceId: string;
  readonly deviceName: string;
  /** Tasks that it can take now (the credits it granted and that are not used up). */
  readonly credits: number;
  /** Tasks given to it and not yet answered. */
  readonly running: number;
  /** CPU load 0..1, or -1 if unknown. */
  readonly load: number;
}

/** What the scheduler hears from its devices. */
export interface DispatchListener {
  /** Outcomes as the device sent them: not yet checked against what it was given. */
  outcomes(deviceId: string, outcomes: readonly TaskOutcome[]): void;
  /** A device came, or can take more work. */
  capacity(deviceId: string): void;
  /** A device is gone: what it was running will not be answered on this link. */
  lost(deviceId: string, reason: string): void;
}

/** How the scheduler reaches devices. Implemented by the mesh; local and remote devices look the same. */
export interface TaskDispatcher {
  targets(): DispatchTarget[];
  isOnline(deviceId: string): boolean;
  /** Gives tasks to a device, at most as many as its credits. */
  assign(deviceId: string, tasks: readonly TaskAssignment[]): void;
  /** Tells a device that these outcomes are durable, so that it may forget them. */
  acknowledge(deviceId: string, outcomes: readonly TaskRef[]): void;
  listen(listener: DispatchListener): void;
}
