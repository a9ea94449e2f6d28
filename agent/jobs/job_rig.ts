import { deviceInfo } from "../../tests/device_info.ts";
import type { Plan } from "../../proto/messages.ts";
import { DeterministicPlanner } from "../plans/deterministic.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { Store } from "../store/store.ts";
import { JobService, type JobServiceOptions } from "./job_service.ts";
import { SimulatedMesh } from "./simulated_mesh.ts";
import type { JobSubmission } from "./submission.ts";

/** A task of a plan, where only its id matters. */
export interface PlannedTask {
  readonly id: string;
  readonly kind?: string;
  readonly input?: string;
  readonly target?: string;
}

export function planOf(...groups: readonly (readonly PlannedTask[])[]): Plan {
  return {
    groups: groups.map((tasks, index) => ({
      index,
      tasks: tasks.map(({ id, kind = "ECHO", input = id, target = "" }) => ({
        task_id: id,
        kind,
        input,
        target_device_id: target,
        prompt_tokens: 0,
        max_output_tokens: 0,
      })),
    })),
  };
}

/** So many tasks: `t0`, `t1`, … */
export function tasksOf(count: number): PlannedTask[] {
  return Array.from({ length: count }, (_, at) => ({ id: `t${at}` }));
}

export function submissionOf(plan: Plan, change: Partial<JobSubmission> = {}): JobSubmission {
  return { text: "", maxWorkers: 0, plan, reduce: "", ...change };
}

/** A job service on simulated devices. A second one on the same store goes on where the first one stopped. */
export class JobRig implements AsyncDisposable {
  readonly mesh: SimulatedMesh;
  readonly service: JobService;

  private constructor(readonly store: Store, options: Partial<JobServiceOptions> & { readonly mesh?: SimulatedMesh }) {
    this.mesh = options.mesh ?? new SimulatedMesh();
    this.service = new JobService({
      store,
      dispatcher: this.mesh,
      devices: {
        has: (deviceId) => ["a", "b", "c"].includes(deviceId),
        lacksModel: () => undefined,
        online: () => this.mesh.devices.map((device_id) => deviceInfo({ device_id })),
      },
      planner: new DeterministicPlanner(),
      kinds: ["ECHO", "SYSINFO", "COMMAND"],
      reattachGraceMs: 60_000,
      maxQueuedTasks: 1000,
      ...options,
    });
  }

  static async start(
    options: Partial<JobServiceOptions> & { readonly mesh?: SimulatedMesh } = {},
  ): Promise<JobRig> {
    const rig = new JobRig(options.store ?? new MemoryStore(), options);
    await rig.service.start();
    return rig;
  }

  /** Submits a job. @returns its id */
  async submit(plan: Plan, change: Partial<JobSubmission> = {}): Promise<string> {
    return (await this.service.submit(submissionOf(plan, change))).job_id;
  }

  async states(jobId: string): Promise<string[]> {
    const status = await this.service.get(jobId);
    return [status.state, ...status.tasks.map((task) => task.state)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.stop();
  }
}

/** Looks again and again, for some seconds at most. */
export async function until(condition: () => boolean | Promise<boolean>, what = "it"): Promise<void> {
  for (let looks = 0; looks < 3000; looks++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`${what} did not happen`);
}
