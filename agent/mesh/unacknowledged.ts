import type { TaskOutcome, TaskRef } from "../../proto/messages.ts";

/** One attempt at one task as a map key. */
export function refKey({ job_id, task_id, attempt }: TaskRef): string {
  return `${job_id}/${attempt}/${task_id}`;
}

/** Outcomes that a coordinator has not yet acknowledged: they are sent again after a reconnect. One per coordinator. */
export class UnacknowledgedOutcomes {
  readonly #outcomes = new Map<string, TaskOutcome>();

  has(ref: TaskRef): boolean {
    return this.#outcomes.has(refKey(ref));
  }

  add(outcome: TaskOutcome): void {
    this.#outcomes.set(refKey(outcome), outcome);
  }

  delete(ref: TaskRef): void {
    this.#outcomes.delete(refKey(ref));
  }

  all(): TaskOutcome[] {
    return [...this.#outcomes.values()];
  }

  get size(): number {
    return this.#outcomes.size;
  }
}
