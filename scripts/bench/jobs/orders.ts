import type { EchoPlan } from "../shared/agent_session.ts";

/** Times are ms since 1970, comparable between processes. */
export interface Interval {
  readonly begin: number;
  readonly end: number;
}

/** A job from `SubmitJob` until `WatchJob` said DONE. */
export interface LargeJob extends Interval {
  readonly jobId: string;
  /** When `SubmitJob` was answered. */
  readonly taken: number;
}

/** A job of one task, from `SubmitJob` until `WatchJob` said DONE. */
export interface SmallJob extends Interval {
  /** Whether its task named a device. */
  readonly named: boolean;
}

/** What a client process can be told to do, one order a line; each is answered by one line. */
export type Orders = {
  /** One job, from `SubmitJob` until `WatchJob` says DONE. The plan is ready before. */
  job: { readonly order: EchoPlan; readonly result: LargeJob };
  /** Many jobs, several of them under way at any time. */
  manyJobs: {
    readonly order: { readonly jobs: number; readonly inFlight: number; readonly plan: EchoPlan };
    readonly result: Interval;
  };
  /** Jobs of one task, one after the other, at most for `limitMs`; every second one names the device. */
  smallJobs: {
    readonly order: { readonly jobs: number; readonly deviceId: string; readonly limitMs: number };
    readonly result: readonly SmallJob[];
  };
  /** `HealthCheck` every `everyMs`, whether the one before was answered or not, for so long. */
  probe: { readonly order: { readonly everyMs: number; readonly ms: number }; readonly result: readonly Interval[] };
  /** Tasks that each device did of a job, by its name. */
  shares: { readonly order: { readonly jobId: string }; readonly result: Readonly<Record<string, number>> };
  /** Unary `RunTask` calls. */
  unaryTasks: { readonly order: { readonly tasks: number; readonly inFlight: number }; readonly result: Interval };
  /** Devices that are online. */
  online: { readonly order: Record<string, never>; readonly result: number };
};

/** What the client process does for each order. */
export type OrderHandlers = {
  readonly [Name in keyof Orders]: (order: Orders[Name]["order"]) => Promise<Orders[Name]["result"]>;
};
