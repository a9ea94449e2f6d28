import type {
  CoordinatorBatch__Output as CoordinatorBatch,
  FileAnswer,
  ModelAnswer,
  ScreenReply,
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
    screen_replies: [],
    screens: null,
    file_answers: [],
    file_data: [],
    file_credits: [],
    files: null,
    ...part,
  };
}

/** What a device says of an order, with every field present. */
export function modelAnswer(order_id: string, part: Partial<ModelAnswer>): ModelAnswer {
  return {
    order_id,
    text: "",
    end: null,
    embedded: null,
    calibrated: null,
    error_code: "",
    error_message: "",
    retry_after_ms: 0,
    ...part,
  };
}

/** What a device replies to an order for its screen, with every field present. */
export function screenReply(order_id: string, part: Partial<ScreenReply>): ScreenReply {
  return { order_id, offer: null, monitors: null, error_code: "", error_message: "", ...part };
}

/** What a device answers to an order for its files, with every field present. */
export function fileAnswer(order_id: string, part: Partial<FileAnswer>): FileAnswer {
  return {
    order_id,
    list: null,
    download: null,
    upload: null,
    digest: null,
    done: null,
    error_code: "",
    error_message: "",
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
    screen_orders: [],
    cancelled_screen_orders: [],
    file_orders: [],
    cancelled_file_orders: [],
    file_data: [],
    file_credits: [],
    removed_outputs: [],
    ...part,
  };
}
