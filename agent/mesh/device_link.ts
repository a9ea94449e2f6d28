import type {
  CommandResponse,
  ModelAnswer,
  ModelLoad,
  ModelReport,
  ScreenReply,
  ScreenReport,
  StatusSample,
  TaskAssignment,
  TaskOutcome,
  TaskRef,
} from "../../proto/messages.ts";
import type { FileLink } from "./file_orders.ts";
import type { ModelOrderOptions, ModelTask } from "./model_orders.ts";
import type { ScreenOrderOptions, ScreenTask } from "./screen_orders.ts";

/** How a device is reached. */
export type LinkKind = "self" | "attached" | "dialled";

/** The coordinator's way to one device. */
export interface DeviceLink {
  readonly deviceId: string;
  readonly kind: LinkKind;
  /** Tells two programs with one device id apart; empty for a dialled device. */
  readonly instanceId: string;
  /** Tasks that it can take now. */
  readonly credits: number;
  /** How many tasks of each kind it runs at once; undefined = any, as credits allow. */
  readonly kinds: ReadonlyMap<string, number> | undefined;
  assign(tasks: readonly TaskAssignment[]): void;
  acknowledge(outcomes: readonly TaskOutcome[]): void;
  /** Tells the device that nobody wants these attempts any more. */
  cancel(attempts: readonly TaskRef[]): void;
  /** @throws {MeshError} the device's own refusal; UNAVAILABLE when it is lost meanwhile; CANCELLED on abort. */
  execute(command: string, args: readonly string[], options: ExecuteOptions): Promise<CommandResponse>;
  /** Puts the device's models to work. @throws {MeshError} as `execute` does; a `BusyError` when its queue is full */
  order(task: ModelTask, options: ModelOrderOptions): Promise<ModelAnswer>;
  /** Asks something of the device's screen. @throws {MeshError} as `execute` does */
  screen(task: ScreenTask, options: ScreenOrderOptions): Promise<ScreenReply>;
  /** What it can be asked of its files. */
  readonly files: FileLink;
  /** Ends the link. Idempotent. */
  close(reason: string, options?: CloseOptions): void;
}

export interface CloseOptions {
  /** This coordinator goes on purpose. */
  readonly goodbye?: boolean;
  /** The device's program may still be there, and attach again. */
  readonly mayReturn?: boolean;
}

export interface ExecuteOptions {
  readonly signal?: AbortSignal | undefined;
  /** What is left of the caller's deadline, in ms; undefined = the device's own limit. */
  readonly timeoutMs?: number | undefined;
  /** Who asks for it, for the device's audit log: the name that the session gives, and `HOST:PORT`. */
  readonly clientName?: string;
  readonly peer?: string;
}

/** What a link tells of its device. */
export interface LinkEvents {
  outcomes(link: DeviceLink, outcomes: readonly TaskOutcome[]): void;
  capacity(link: DeviceLink): void;
  sample(link: DeviceLink, sample: StatusSample): void;
  /** The device's models as they are from now on. */
  models(link: DeviceLink, report: ModelReport): void;
  /** What the device's models have to do now. */
  modelLoad(link: DeviceLink, load: ModelLoad): void;
  /** What there is to say of the device's screen from now on. */
  screens(link: DeviceLink, report: ScreenReport): void;
  /**
   * Called once. The device takes no new work and answers nothing more on this link.
   *
   * @param mayReturn its program may still be there, with all that it was running, and attach again
   */
  closed(link: DeviceLink, reason: string, mayReturn: boolean): void;
}
