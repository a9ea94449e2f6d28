import type { TaskDispatcher } from "./dispatcher.ts";
import type { Job, Task } from "./job.ts";
import { PinnedWaits } from "./pinned_waits.ts";

/** What the devices that tasks name need of the scheduler. */
export interface NamedDevicesOwner {
  isUnderWay(job: Job): boolean;
  /** Tasks that a device holds. */
  heldBy(deviceId: string): number;
  /** These tasks have failed: their device stayed away, or cannot run them. */
  failed(tasks: readonly Task[]): void;
}

/** Tasks that name their device: they wait for it while it is away, and fail where that is in vain. */
export class NamedDevices {
  readonly #waits: PinnedWaits<Job>;

  /** @param graceMs how long a job waits for a device, in ms */
  constructor(
    private readonly dispatcher: TaskDispatcher,
    graceMs: number,
    private readonly owner: NamedDevicesOwner,
  ) {
    this.#waits = new PinnedWaits(graceMs, (deviceId, jobs) => this.#giveUpOn(deviceId, jobs));
  }

  /** A group of a job was made ready. */
  opened(job: Job): void {
    for (const deviceId of job.ready.named()) if (!this.isThere(deviceId)) this.wait(deviceId, job);
    if (job.ready.pinned.size > 0) this.failUnrunnable([job]);
  }

  /** A job waits for a device from now on, unless it does already. */
  wait(deviceId: string, job: Job): void {
    this.#waits.begin(deviceId, job);
  }

  /** A device can take work. */
  back(deviceId: string): void {
    this.#waits.end(deviceId);
  }

  /** A job waits for no device any more. */
  forget(job: Job): void {
    this.#waits.forget(job);
  }

  stop(): void {
    this.#waits.stop();
  }

  /** Tasks that name a device which is there and does not run their kind would wait for ever. */
  failUnrunnable(jobs: readonly Job[], deviceId?: string): void {
    const failed: Task[] = [];
    for (const target of this.dispatcher.targets()) {
      if (deviceId !== undefined && target.deviceId !== deviceId) continue;
      const { kinds } = target;
      if (!kinds || kinds.size === 0) continue;
      for (const job of jobs) {
        for (const task of job.ready.drainPinned(target.deviceId, (kind) => (kinds.get(kind) ?? 0) <= 0)) {
          job.move(task, "FAILED");
          task.error = `its device ${target.deviceName} does not run ${task.spec.kind}`;
          failed.push(task);
        }
      }
    }
    if (failed.length > 0) this.owner.failed(failed);
  }

  /** Whether a device can be reached: one that registered without an address is online, and takes nothing. */
  isThere(deviceId: string): boolean {
    return this.dispatcher.targets().some((target) => target.deviceId === deviceId && target.kinds?.size !== 0);
  }

  #giveUpOn(deviceId: string, jobs: readonly Job[]): void {
    if (this.isThere(deviceId)) return;
    const failed: Task[] = [];
    for (const job of jobs) {
      if (!this.owner.isUnderWay(job)) continue;
      // One that may still come back with what it holds keeps its place until it is lost.
      job.forget(deviceId, this.owner.heldBy(deviceId) === 0);
      for (const task of job.ready.drainPinned(deviceId)) {
        job.move(task, "FAILED");
        task.error = `its device ${deviceId} stayed away for ${this.#waits.graceMs / 1000} s`;
        failed.push(task);
      }
    }
    this.owner.failed(failed);
  }
}
