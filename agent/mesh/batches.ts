import type {
  CoordinatorBatch__Output as CoordinatorBatch,
  WorkerBatch__Output as WorkerBatch,
} from "../../proto/messages.ts";

export type { CoordinatorBatch, WorkerBatch };

/** A batch from a worker with every field present, as it is also received over the wire. */
export function workerBatch(part: Partial<WorkerBatch>): WorkerBatch {
  return {
    hello: null,
    sample: null,
    credits: 0,
    outcomes: [],
    command_outcomes: [],
    leaving: false,
    model_answers: [],
    models: null,
    model_load: null,
    ...part,
  };
}

/** A batch from a coordinator with every field present. */
export function coordinatorBatch(part: Partial<CoordinatorBatch>): CoordinatorBatch {
  return {
    welcome: null,
    tasks: [],
    commands: [],
    cancelled_commands: [],
    acknowledged: [],
    closing: false,
    cancelled_tasks: [],
    acknowledged_leases: [],
    model_orders: [],
    cancelled_model_orders: [],
    ...part,
  };
}
