import { MeshError } from "../core/errors.ts";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import type {
  CommandResponse,
  KindSlots,
  ModelAnswer,
  ModelLoad,
  ModelReport,
  OutputFile,
  ScreenReply,
  ScreenReport,
  StatusSample,
  TaskAssignment,
  TaskOutcome,
  TaskRef,
} from "../../proto/messages.ts";
import type { DispatchListener, DispatchTarget, TaskDispatcher } from "../jobs/dispatcher.ts";
import type { OutputFileEvents } from "../jobs/output_files.ts";
import { AttachedLink, SILENCE_LIMIT_MS } from "./attached_link.ts";
import type { CoordinatorBatch, WorkerBatch } from "./batches.ts";
import type { BatchChannel } from "./channel.ts";
import type { DeviceLink, ExecuteOptions, LinkEvents } from "./device_link.ts";
import type { ModelOrderOptions, ModelTask } from "./model_orders.ts";
import type { PeerModels, PeerPresence, PeerRegistry, PeerScreens } from "./peer_parts.ts";
import type { ScreenOrderOptions, ScreenTask } from "./screen_orders.ts";

const log = logger("mesh");

/** How often silent devices are looked for, in ms. */
const WATCH_INTERVAL_MS = 250;

/** A look that comes so late, in ms, shows that this process stood still (a suspended machine), not its devices. */
const STOOD_STILL_MS = 1000;

/**
 * The devices that can be reached now, each over one link. Sends them tasks and commands, and notices when one is lost.
 */
export class Peers implements TaskDispatcher, OutputFileEvents, LinkEvents, Component {
  readonly name = "peers";
  readonly #links = new Map<string, DeviceLink>();
  #listener: DispatchListener | undefined;
  /** Devices whose stream broke: they keep what they run until they are back, or were silent for too long. */
  readonly #away = new Map<string, ReturnType<typeof setTimeout>>();
  #watch: ReturnType<typeof setInterval> | undefined;
  #lastLook = 0;
  #stopping = false;

  constructor(
    private readonly registry: PeerRegistry,
    private readonly self: { readonly deviceId: string; readonly deviceName: string },
    private readonly deviceModels?: PeerModels,
    private readonly deviceScreens?: PeerScreens,
    private readonly presence?: PeerPresence,
  ) {}

  start(): void {
    this.#lastLook = performance.now();
    this.#watch = setInterval(() => this.#dropSilent(), WATCH_INTERVAL_MS);
  }

  /** Tells every device that this coordinator goes, and ends all links. */
  stop(): void {
    this.#stopping = true;
    clearInterval(this.#watch);
    for (const timer of this.#away.values()) clearTimeout(timer);
    this.#away.clear();
    for (const link of [...this.#links.values()]) link.close("the coordinator is stopping", { goodbye: true });
  }

  /**
   * Serves a device that attaches. It must be registered; a second program with the id of a device that is attached and
   * alive is refused.
   */
  accept(channel: BatchChannel<CoordinatorBatch, WorkerBatch>, kind: "self" | "attached"): void {
    let link: AttachedLink | undefined;
    const silent = setTimeout(
      () => channel.close(new MeshError("DEADLINE_EXCEEDED", "hello: it did not come in time")),
      SILENCE_LIMIT_MS,
    );
    channel.listen({
      onBatch: (batch) => {
        if (link) return link.receive(batch);
        clearTimeout(silent);
        try {
          link = this.#greet(batch, channel, kind);
        } catch (error) {
          channel.close(error as MeshError);
        }
      },
      onDrain: () => link?.drained(),
      onClose: (error) => {
        clearTimeout(silent);
        link?.ended(error?.message ?? "it closed the stream");
      },
    });
  }

  /** Adds a device that is reached in another way than by attaching. Replaces its former link. */
  add(link: DeviceLink): void {
    this.#links.get(link.deviceId)?.close("it is reached in another way now");
    this.#present(link);
    this.#listener?.attached(link.deviceId, link.instanceId, []);
  }

  link(deviceId: string): DeviceLink | undefined {
    return this.#links.get(deviceId);
  }

  /** @throws {MeshError} ALREADY_EXISTS when another living program holds the device id */
  requireFree(deviceId: string, instanceId: string): void {
    const link = this.#links.get(deviceId);
    if (!link || link.kind === "dialled" || link.instanceId === instanceId) return;
    const name = this.registry.find(deviceId)?.info.device_name ?? deviceId;
    throw new MeshError(
      "ALREADY_EXISTS",
      `device id ${deviceId} is in use by ${name}, which is online: give this device an id of its own ` +
        "(its own --data-dir, or --device-id)",
    );
  }

  /** A device registered anew: it may have a model now that tasks wait for. */
  registered(deviceId: string): void {
    const link = this.#links.get(deviceId);
    if (link) this.capacity(link);
  }

  /** Runs a command on a device. @throws {MeshError} UNAVAILABLE when it cannot be reached, or its own refusal */
  execute(
    deviceId: string,
    command: string,
    args: readonly string[],
    options: ExecuteOptions,
  ): Promise<CommandResponse> {
    const link = this.#links.get(deviceId);
    if (!link) return Promise.reject(new MeshError("UNAVAILABLE", `device ${deviceId} is not reachable`));
    return link.execute(command, args, options);
  }

  /** Puts a device's models to work. @throws {MeshError} UNAVAILABLE when it cannot be reached, or its own failure */
  order(deviceId: string, task: ModelTask, options: ModelOrderOptions): Promise<ModelAnswer> {
    const link = this.#links.get(deviceId);
    if (!link) return Promise.reject(new MeshError("UNAVAILABLE", "the device is not reachable"));
    return link.order(task, options);
  }

  /** Asks something of a device's screen. @throws {MeshError} UNAVAILABLE when it cannot be reached, or its refusal */
  screen(deviceId: string, task: ScreenTask, options: ScreenOrderOptions): Promise<ScreenReply> {
    const link = this.#links.get(deviceId);
    if (!link) return Promise.reject(new MeshError("UNAVAILABLE", "the device is not reachable"));
    return link.screen(task, options);
  }

  listen(listener: DispatchListener): void {
    this.#listener = listener;
  }

  targets(): DispatchTarget[] {
    const targets: DispatchTarget[] = [];
    for (const link of this.#links.values()) {
      const device = this.registry.find(link.deviceId);
      if (!device) continue;
      targets.push({
        deviceId: link.deviceId,
        deviceName: device.info.device_name,
        instanceId: link.instanceId,
        credits: link.credits,
        kinds: link.kinds,
        lacksModel: !(this.deviceModels?.hasModel(device.info) ?? device.info.has_local_model),
        load: device.sample?.cpu_load ?? -1,
      });
    }
    return targets;
  }

  isOnline(deviceId: string): boolean {
    return this.#links.has(deviceId);
  }

  assign(deviceId: string, tasks: readonly TaskAssignment[]): void {
    this.#links.get(deviceId)?.assign(tasks);
  }

  acknowledge(deviceId: string, outcomes: readonly TaskOutcome[]): void {
    this.#links.get(deviceId)?.acknowledge(outcomes);
  }

  cancel(deviceId: string, attempts: readonly TaskRef[]): void {
    this.#links.get(deviceId)?.cancel(attempts);
  }

  jobRemoved(jobId: string): void {
    for (const link of this.#links.values()) {
      if (link instanceof AttachedLink) link.removeOutput({ job_id: jobId, name: "" });
    }
  }

  dropped(deviceId: string, jobId: string, { name }: OutputFile): void {
    const link = this.#links.get(deviceId);
    if (link instanceof AttachedLink) link.removeOutput({ job_id: jobId, name });
  }

  outcomes(link: DeviceLink, outcomes: readonly TaskOutcome[]): void {
    this.#listener?.outcomes(link.deviceId, outcomes);
  }

  capacity(link: DeviceLink): void {
    if (this.#links.get(link.deviceId) === link) this.#listener?.capacity(link.deviceId);
  }

  sample(link: DeviceLink, sample: StatusSample): void {
    this.registry.sampleReceived(link.deviceId, sample);
  }

  models(link: DeviceLink, report: ModelReport): void {
    if (this.#links.get(link.deviceId) !== link) return;
    this.deviceModels?.reported(link.deviceId, report);
    // A model that is there again is work for tasks that waited for it.
    this.capacity(link);
  }

  modelLoad(link: DeviceLink, load: ModelLoad): void {
    if (this.#links.get(link.deviceId) === link) this.deviceModels?.loaded(link.deviceId, load);
  }

  screens(link: DeviceLink, report: ScreenReport): void {
    if (this.#links.get(link.deviceId) === link) this.deviceScreens?.reported(link.deviceId, report);
  }

  closed(link: DeviceLink, reason: string, mayReturn: boolean): void {
    if (this.#links.get(link.deviceId) !== link) return;
    this.#links.delete(link.deviceId);
    this.deviceModels?.forget(link.deviceId);
    this.deviceScreens?.forget(link.deviceId);
    if (this.#stopping) return;
    log.info("device {name} is offline: {reason}", { name: this.#nameOf(link.deviceId), reason });
    this.registry.setOffline(link.deviceId);
    const device = this.registry.find(link.deviceId);
    if (device) this.presence?.left(device.info, reason);
    if (!mayReturn || !(link instanceof AttachedLink)) return this.#listener?.lost(link.deviceId, reason);
    this.#listener?.away(link.deviceId);
    const timer = setTimeout(() => {
      this.#away.delete(link.deviceId);
      this.#listener?.lost(link.deviceId, reason);
    }, Math.max(0, SILENCE_LIMIT_MS - link.silence));
    this.#away.set(link.deviceId, timer);
  }

  /** The device can be reached over this link from now on. */
  #present(link: DeviceLink): void {
    clearTimeout(this.#away.get(link.deviceId));
    this.#away.delete(link.deviceId);
    this.#links.set(link.deviceId, link);
    this.registry.setLink(link.deviceId, link.kind);
    const device = this.registry.find(link.deviceId);
    if (device && link.kind !== "self") this.presence?.joined(device.info, link.kind);
  }

  #greet(
    batch: WorkerBatch,
    channel: BatchChannel<CoordinatorBatch, WorkerBatch>,
    kind: "self" | "attached",
  ): AttachedLink {
    const { hello } = batch;
    if (!hello) throw new MeshError("INVALID_ARGUMENT", "hello: the first batch of a stream must carry it");
    if (!hello.instance_id) throw new MeshError("INVALID_ARGUMENT", "hello.instance_id: is empty");
    const device = this.registry.find(hello.device_id);
    if (!device) {
      // Whatever a caller sends as id, the message says what to do.
      const id = JSON.stringify(hello.device_id.slice(0, 128));
      throw new MeshError("FAILED_PRECONDITION", `device ${id} is not registered: RegisterDevice first`);
    }
    if (this.#stopping) throw new MeshError("UNAVAILABLE", "the coordinator is stopping");
    this.requireFree(hello.device_id, hello.instance_id);
    const link = new AttachedLink(hello.device_id, hello.instance_id, kind, kindsOf(hello.kinds), channel, this);
    this.#links.get(hello.device_id)?.close("it attached again", { mayReturn: true });
    this.#present(link);
    link.welcome(this.self);
    this.#listener?.attached(hello.device_id, hello.instance_id, hello.held);
    link.receive(batch);
    if (kind === "attached") log.info("device {name} is attached", { name: device.info.device_name });
    return link;
  }

  #dropSilent(): void {
    const now = performance.now();
    const late = now - this.#lastLook - WATCH_INTERVAL_MS;
    this.#lastLook = now;
    if (late > STOOD_STILL_MS) {
      for (const link of this.#links.values()) if (link instanceof AttachedLink) link.forgive(late);
    }
    for (const link of [...this.#links.values()]) {
      if (link instanceof AttachedLink && link.kind === "attached" && link.silence > SILENCE_LIMIT_MS) {
        link.close(`no sign of life for ${Math.round(link.silence / 100) / 10} s`);
      }
    }
  }

  #nameOf(deviceId: string): string {
    return this.registry.find(deviceId)?.info.device_name ?? deviceId;
  }
}

function kindsOf(kinds: readonly KindSlots[]): ReadonlyMap<string, number> | undefined {
  return kinds.length === 0 ? undefined : new Map(kinds.map(({ kind, slots }) => [kind, slots]));
}
