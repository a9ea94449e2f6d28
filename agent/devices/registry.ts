import { MeshError, messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { DeviceInfo, DeviceStatus, StatusSample } from "../../proto/messages.ts";
import { BackgroundJournal, type DeviceJournal, type JournalledDevice } from "./device_journal.ts";
import { checkedDeviceInfo, cleanSample, keepMeasured, MAX_ID } from "./device_info.ts";

const log = logger("devices");

/** Devices known at most, offline ones included. */
export const MAX_DEVICES = 10_000;
/** A device that was not seen for this long is forgotten, in ms: 30 days. */
export const FORGET_AFTER_MS = 30 * 24 * 3_600_000;
/** How much of `lastSeen` a crash may lose, in ms: a minute. */
const SEEN_JOURNAL_MS = 60_000;

/**
 * How work reaches a device: it is this agent, it is attached by its own stream, it is called at its `grpc_addr`, or not
 * at all.
 */
export type Link = "self" | "attached" | "dialled" | "none";

/** A device as known now. Never changes: what happens later makes a new one. */
export interface DeviceEntry {
  readonly info: Readonly<DeviceInfo>;
  /** Unix time in ms of the latest registration. */
  readonly registeredAt: number;
  /** Unix time in ms. */
  readonly lastSeen: number;
  /** The latest status; undefined before the first one and while offline. */
  readonly sample: Readonly<StatusSample> | undefined;
  /** Whether it is there: its link is not `none`. Whether it can work, {@link takesWork} says. */
  readonly online: boolean;
  readonly link: Link;
}

/** Hears that a device came online (`entry.online`) or went offline. */
export type PresenceListener = (entry: DeviceEntry) => void;

interface Slot {
  entry: DeviceEntry;
  /** `lastSeen` as last given to the journal. */
  journalledSeen: number;
}

/** The devices of the mesh: what each said of itself, what was measured, and which can be reached. */
export class Registry {
  readonly #journal: DeviceJournal;
  readonly #background: BackgroundJournal;
  readonly #now: () => number;
  readonly #slots = new Map<string, Slot>();
  readonly #listeners = new Set<PresenceListener>();
  /** Slots in the order of {@link all}; undefined after a change that may move one. Samples move none. */
  #order: Slot[] | undefined;
  #selfId: string | undefined;

  /**
   * @param options.known devices of an earlier run; those not seen for 30 days are forgotten, and all begin offline.
   * @param options.now Unix time in ms.
   */
  constructor(options: {
    readonly journal: DeviceJournal;
    readonly known?: readonly JournalledDevice[];
    readonly now?: () => number;
  }) {
    this.#journal = options.journal;
    this.#background = new BackgroundJournal(options.journal);
    this.#now = options.now ?? Date.now;
    for (const { info, registeredAt, lastSeen } of options.known ?? []) {
      if (this.#now() - lastSeen > FORGET_AFTER_MS) {
        this.#forget(info.device_id);
        continue;
      }
      this.#slots.set(info.device_id, {
        entry: makeEntry({ info, registeredAt, lastSeen, sample: undefined, link: "none" }),
        journalledSeen: lastSeen,
      });
    }
  }

  /** Devices known, offline ones included. */
  get size(): number {
    return this.#slots.size;
  }

  /**
   * Takes in what a device says of itself; measured values that it gives as 0 keep their former ones. Its link stays as
   * it is. Resolves once the journal has it.
   *
   * @param options.self this agent registers itself: its link becomes `self`, and no other device can take its id.
   * @throws {MeshError} `INVALID_ARGUMENT` naming a bad field, `ALREADY_EXISTS` when another device claims this agent's
   * id, `RESOURCE_EXHAUSTED` with too many devices, and what the journal throws.
   */
  async register(info: DeviceInfo, options: { readonly self?: boolean } = {}): Promise<DeviceEntry> {
    const checked = checkedDeviceInfo(info);
    const id = checked.device_id;
    const slot = this.#slots.get(id);
    if (options.self) this.#selfId = id;
    else if (id === this.#selfId) {
      throw new MeshError(
        "ALREADY_EXISTS",
        `device_id: "${id}" is this coordinator's own; give the other device its own with --device-id or --data-dir`,
      );
    }
    if (!slot) this.#makeRoom();
    const now = this.#now();
    const former = slot?.entry;
    const entry = makeEntry({
      info: former ? keepMeasured(checked, former.info) : checked,
      registeredAt: now,
      lastSeen: now,
      sample: former?.sample,
      link: options.self ? "self" : former?.link ?? "none",
    });
    this.#slots.set(id, { entry, journalledSeen: now });
    this.#order = undefined;
    if (entry.online !== (former?.online ?? false)) this.#tell(entry);
    await this.#journal.putDevice(journalled(entry));
    return entry;
  }

  /**
   * Takes in a device's status sample, which also shows that it is there.
   *
   * @throws {MeshError} `NOT_FOUND` for an unknown device.
   */
  sampleReceived(id: string, given: StatusSample): void {
    const slot = this.#slot(id);
    const sample = cleanSample(given);
    const info = sample.ram_free_mb > 0 ? { ...slot.entry.info, ram_free_mb: sample.ram_free_mb } : slot.entry.info;
    this.#saw(slot, { ...slot.entry, info, sample });
  }

  /**
   * The device showed that it is there, without saying how it is.
   *
   * @throws {MeshError} `NOT_FOUND` for an unknown device.
   */
  seen(id: string): void {
    const slot = this.#slot(id);
    this.#saw(slot, slot.entry);
  }

  /**
   * Says how work reaches a device from now on; any link but `none` makes it online.
   *
   * @throws {MeshError} `NOT_FOUND` for an unknown device.
   */
  setLink(id: string, link: Link): void {
    const slot = this.#slot(id);
    const former = slot.entry;
    if (former.link === link) return;
    slot.entry = link === "none"
      ? makeEntry({ ...former, link, sample: undefined })
      : makeEntry({ ...former, link, lastSeen: this.#now() });
    if (slot.entry.online === former.online) return;
    this.#order = undefined;
    if (!slot.entry.online && slot.entry.lastSeen !== slot.journalledSeen) this.#noteSeen(slot);
    this.#tell(slot.entry);
  }

  /**
   * The device cannot be reached any more. Nothing changes for one that already could not.
   *
   * @throws {MeshError} `NOT_FOUND` for an unknown device.
   */
  setOffline(id: string): void {
    this.setLink(id, "none");
  }

  /** @throws {MeshError} `NOT_FOUND` for an unknown device. */
  get(id: string): DeviceEntry {
    return this.#slot(id).entry;
  }

  /** Undefined for an unknown device. */
  find(id: string): DeviceEntry | undefined {
    return this.#slots.get(id)?.entry;
  }

  /** All devices: online ones first, each part by name, then by id. */
  all(): DeviceEntry[] {
    this.#order ??= [...this.#slots.values()].sort((a, b) => compare(a.entry, b.entry));
    return this.#order.map((slot) => slot.entry);
  }

  /** The devices that work can reach, by name, then by id. */
  online(): DeviceEntry[] {
    return this.all().filter((entry) => entry.online);
  }

  /**
   * A device's live status; a load of -1 and memory of 0 are unknown.
   *
   * @throws {MeshError} `NOT_FOUND` for an unknown device.
   */
  status(id: string): DeviceStatus {
    return statusOf(this.get(id));
  }

  /** Calls `listener` whenever a device comes online or goes offline. Returns what ends that. */
  onPresence(listener: PresenceListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #slot(id: string): Slot {
    const slot = this.#slots.get(id);
    if (!slot) throw noDevice(id);
    return slot;
  }

  #saw(slot: Slot, fields: Omit<DeviceEntry, "online">): void {
    const now = this.#now();
    slot.entry = makeEntry({ ...fields, lastSeen: now });
    if (now - slot.journalledSeen >= SEEN_JOURNAL_MS) this.#noteSeen(slot);
  }

  #makeRoom(): void {
    if (this.#slots.size < MAX_DEVICES) return;
    const oldest = this.#now() - FORGET_AFTER_MS;
    for (const [id, { entry }] of this.#slots) {
      if (!entry.online && entry.lastSeen < oldest) this.#forget(id);
    }
    if (this.#slots.size < MAX_DEVICES) return;
    throw new MeshError("RESOURCE_EXHAUSTED", `the mesh has ${MAX_DEVICES} devices already: no room for another`);
  }

  #tell(entry: DeviceEntry): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(entry);
      } catch (error) {
        log.error("a listener for devices failed: {reason}", { reason: messageOf(error), error });
      }
    }
  }

  #noteSeen(slot: Slot): void {
    slot.journalledSeen = slot.entry.lastSeen;
    this.#background.put(journalled(slot.entry));
  }

  #forget(id: string): void {
    this.#slots.delete(id);
    this.#order = undefined;
    this.#background.remove(id);
  }
}

/**
 * Whether work can be sent to the device. One that registered without an address and is not attached is there, but
 * nothing reaches it.
 */
export function takesWork({ online, link, info }: DeviceEntry): boolean {
  return online && (link !== "dialled" || info.grpc_addr !== "");
}

/** The failure for an id that no device has. */
export function noDevice(id: string): MeshError {
  // Whatever a caller sends as id, the message stays one short line.
  return new MeshError("NOT_FOUND", `no device ${JSON.stringify(id.slice(0, MAX_ID))}`);
}

/** An entry's status as the specification has it. */
export function statusOf(entry: DeviceEntry): DeviceStatus {
  return {
    device_id: entry.info.device_id,
    last_seen: Math.floor(entry.lastSeen / 1000),
    cpu_load: entry.sample?.cpu_load ?? -1,
    mem_used_mb: entry.sample?.mem_used_mb ?? 0,
    mem_total_mb: entry.sample?.mem_total_mb ?? 0,
  };
}

function makeEntry(fields: Omit<DeviceEntry, "online">): DeviceEntry {
  const { info, registeredAt, lastSeen, sample, link } = fields;
  return Object.freeze({ info: Object.freeze(info), registeredAt, lastSeen, sample, online: link !== "none", link });
}

function journalled({ info, registeredAt, lastSeen }: DeviceEntry): JournalledDevice {
  return { info, registeredAt, lastSeen };
}

/** By code units, so that every agent orders alike whatever its language. */
function compare(a: DeviceEntry, b: DeviceEntry): number {
  if (a.online !== b.online) return a.online ? -1 : 1;
  return byText(a.info.device_name, b.info.device_name) || byText(a.info.device_id, b.info.device_id);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
