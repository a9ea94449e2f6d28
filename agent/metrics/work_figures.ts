import { Counter } from "./counter.ts";
import type { Family } from "./family.ts";
import { Histogram } from "./histogram.ts";

/** |predicted - actual| / actual. */
const ERRORS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5];

/** What was done: on this device for whichever coordinator, and in this mesh for its jobs. */
export class WorkFigures {
  readonly #tasks = new Counter("edgemesh_tasks_total", "Tasks of this mesh's jobs that have ended", [
    "kind",
    "outcome",
  ]);
  readonly #retries = new Counter(
    "edgemesh_task_retries_total",
    "Attempts at tasks that came to nothing and were made again",
    [
      "kind",
    ],
  );
  readonly #jobs = new Counter("edgemesh_jobs_total", "Jobs that have ended", ["outcome"]);
  readonly #runs = new Counter("edgemesh_device_tasks_total", "Tasks that ran on this device", ["kind", "outcome"]);
  readonly #commands = new Counter(
    "edgemesh_device_commands_total",
    "Commands that ran on this device, or were refused",
    [
      "outcome",
    ],
  );
  readonly #generations = new Counter("edgemesh_generations_total", "Answers of this mesh's models", ["outcome"]);
  readonly #tokens = new Counter(
    "edgemesh_generation_tokens_total",
    "Tokens that models read (prompt) and wrote (output)",
    [
      "part",
    ],
  );
  readonly #errors = new Histogram(
    "edgemesh_prediction_error_ratio",
    "|predicted - actual| / actual of generations' times",
    ERRORS,
  );
  readonly #bytes = new Counter(
    "edgemesh_file_bytes_total",
    "Bytes of files to and from clients, of transfers that ended as they should",
    ["direction"],
  );
  readonly #tickets = new Counter("edgemesh_tickets_total", "Tickets for files, by what became of them", ["outcome"]);

  readonly families: readonly Family[] = [
    this.#tasks,
    this.#retries,
    this.#jobs,
    this.#runs,
    this.#commands,
    this.#generations,
    this.#tokens,
    this.#errors,
    this.#bytes,
    this.#tickets,
  ];

  /** @param outcome `done`, `failed` or `cancelled` */
  taskEnded(kind: string, outcome: string): void {
    this.#tasks.add(1, kind, outcome);
  }

  taskRetried(kind: string): void {
    this.#retries.add(1, kind);
  }

  jobEnded(outcome: string): void {
    this.#jobs.add(1, outcome);
  }

  deviceTask(kind: string, ok: boolean): void {
    this.#runs.add(1, kind, ok ? "done" : "failed");
  }

  /** @param outcome `done`, or gRPC's name of why it was not run to its end */
  deviceCommand(outcome: string): void {
    this.#commands.add(1, outcome);
  }

  generationEnded(outcome: string, tokens: { readonly prompt: number; readonly output: number }): void {
    this.#generations.add(1, outcome);
    this.#tokens.add(tokens.prompt, "prompt");
    this.#tokens.add(tokens.output, "output");
  }

  predicted(error: number): void {
    this.#errors.observe(error);
  }

  fileBytes(direction: "sent" | "received", bytes: number): void {
    this.#bytes.add(bytes, direction);
  }

  ticket(outcome: "redeemed" | "refused"): void {
    this.#tickets.add(1, outcome);
  }
}
