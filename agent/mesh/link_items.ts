import type { CommandOrder, FileData, OutputRemoval, TaskAssignment, TaskRef } from "../../proto/messages.ts";
import { type CoordinatorBatch, coordinatorBatch } from "./batches.ts";
import type { FileOrderItem } from "./file_orders.ts";
import type { ModelOrderItem } from "./model_orders.ts";
import type { ScreenOrderItem } from "./screen_orders.ts";

/** Tasks that go out as one item: at most so many, of at most about so many bytes. */
const CHUNK_TASKS = 256;
const CHUNK_BYTES = 262_144;

/** What goes down the stream of a device. */
export type LinkItem =
  | { readonly tasks: readonly TaskAssignment[] }
  | { readonly command: CommandOrder }
  | { readonly cancel: string }
  | { readonly acknowledged: readonly TaskRef[]; readonly acknowledgedLeases: readonly number[] }
  | { readonly cancelledTask: TaskRef }
  | { readonly removedOutput: OutputRemoval }
  | ModelOrderItem
  | ScreenOrderItem
  | FileOrderItem
  | { readonly fileData: FileData };

/** Tasks in portions of about a message's size, each of which is handed on as one. */
export function* chunksOf(tasks: readonly TaskAssignment[]): Generator<{ items: TaskAssignment[]; bytes: number }> {
  let items: TaskAssignment[] = [];
  let bytes = 0;
  for (const task of tasks) {
    items.push(task);
    bytes += task.input.length + 128;
    if (items.length < CHUNK_TASKS && bytes < CHUNK_BYTES) continue;
    yield { items, bytes };
    items = [];
    bytes = 0;
  }
  if (items.length > 0) yield { items, bytes };
}

/** A batch of all of them, in their order. */
export function batchOf(items: readonly LinkItem[]): CoordinatorBatch {
  const batch = coordinatorBatch({});
  for (const item of items) {
    if ("tasks" in item) batch.tasks.push(...item.tasks);
    else if ("command" in item) batch.commands.push(item.command);
    else if ("cancel" in item) batch.cancelled_commands.push(item.cancel);
    else if ("cancelledTask" in item) batch.cancelled_tasks.push(item.cancelledTask);
    else if ("removedOutput" in item) batch.removed_outputs.push(item.removedOutput);
    else if ("modelOrder" in item) batch.model_orders.push(item.modelOrder);
    else if ("cancelModelOrder" in item) batch.cancelled_model_orders.push(item.cancelModelOrder);
    else if ("screenOrder" in item) batch.screen_orders.push(item.screenOrder);
    else if ("cancelScreenOrder" in item) batch.cancelled_screen_orders.push(item.cancelScreenOrder);
    else if ("fileOrder" in item) batch.file_orders.push(item.fileOrder);
    else if ("cancelFileOrder" in item) batch.cancelled_file_orders.push(item.cancelFileOrder);
    else if ("fileCredit" in item) batch.file_credits.push(item.fileCredit);
    else if ("fileData" in item) batch.file_data.push(item.fileData);
    else {
      for (const ref of item.acknowledged) batch.acknowledged.push(ref);
      for (const lease of item.acknowledgedLeases) batch.acknowledged_leases.push(lease);
    }
  }
  return batch;
}
