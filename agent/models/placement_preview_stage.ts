import { LLM_GENERATE } from "../jobs/generation_outlook.ts";
import type { DeviceInfo } from "../../proto/messages.ts";
import type { Backlog } from "./backlog.ts";
import type { ModelDirectory, ModelHost } from "./model_directory.ts";
import type { PreviewEffort } from "./placement_preview_effort.ts";
import { warmed } from "./warmed.ts";

/** A device that work can reach now. */
export interface PlacementDevice {
  readonly info: Readonly<DeviceInfo>;
  /** How many tasks of each kind it runs at once; undefined = any. */
  readonly kinds: ReadonlyMap<string, number> | undefined;
}

/** A device in the course of a plan. All times are ms from now. */
export class Stage {
  readonly id: string;
  /** Undefined where it answers no prompts. */
  readonly host: ModelHost | undefined;
  /** When each place of its models is free: a heap, as `llm/list_scheduling` has it. Empty without a host. */
  places: number[];
  /** When the first of them has done what was to do already. */
  readonly queueMs: number;
  /** Whether its model is in memory by then. */
  isLoaded: boolean;
  /** Tasks of the plan that it has begun. */
  held = 0;
  /** Those, and those that wait for a place of its models. */
  open = 0;
  /** Those that it has begun, by kind, but for prompts. */
  readonly #running = new Map<string, number>();

  /** @param position among the devices */
  constructor(
    readonly device: PlacementDevice,
    readonly position: number,
    { directory, backlog }: { readonly directory: ModelDirectory; readonly backlog: Backlog },
    answersPrompts: boolean,
    effort: PreviewEffort,
  ) {
    this.id = device.info.device_id;
    const turns = answersPrompts ? this.#slots(LLM_GENERATE) : 0;
    const host = turns > 0 ? directory.hostOn(device.info, "") : undefined;
    this.host = host && warmed(host, backlog);
    effort.spend(2 * (this.host?.parallel ?? 1));
    this.places = this.host ? backlog.places(this.id, Math.min(this.host.parallel, turns)) : [];
    this.queueMs = this.places[0] ?? 0;
    this.isLoaded = this.host?.model.loaded ?? true;
  }

  runs(kind: string): boolean {
    return kind === LLM_GENERATE ? this.host !== undefined : this.#slots(kind) > 0;
  }

  /** Tasks of a kind, no prompts, that it can begin now. */
  room(kind: string): number {
    return this.#slots(kind) - (this.#running.get(kind) ?? 0);
  }

  begin(kind: string, count: number): void {
    this.held += count;
    this.open += count;
    this.#running.set(kind, (this.#running.get(kind) ?? 0) + count);
  }

  end(kind: string, count: number): void {
    this.begin(kind, -count);
  }

  /** All that it had of the plan has ended. */
  reset(): void {
    this.held = 0;
    this.open = 0;
    this.#running.clear();
  }

  #slots(kind: string): number {
    return this.device.kinds ? this.device.kinds.get(kind) ?? 0 : Infinity;
  }
}
