import { messageOf } from "../core/errors.ts";
import { logger } from "../core/log.ts";
import type { DeviceInfo } from "../../proto/messages.ts";

const log = logger("devices");

/** A device as it survives a restart. */
export interface JournalledDevice {
  readonly info: DeviceInfo;
  /** Unix time in ms. */
  readonly registeredAt: number;
  /** Unix time in ms. */
  readonly lastSeen: number;
}

/** Where known devices survive a restart. */
export interface DeviceJournal {
  /** Resolves once the device is kept. */
  putDevice(device: JournalledDevice): Promise<void>;
  /** Resolves once nothing of the device is kept. */
  removeDevice(id: string): Promise<void>;
}

/** Writes that nobody waits for. A failure is said once, until a write works again. */
export class BackgroundJournal {
  #fails = false;

  constructor(private readonly journal: DeviceJournal) {}

  put(device: JournalledDevice): void {
    this.#watch(this.journal.putDevice(device));
  }

  remove(id: string): void {
    this.#watch(this.journal.removeDevice(id));
  }

  #watch(write: Promise<void>): void {
    write.then(
      () => this.#fails = false,
      (error) => {
        if (!this.#fails) log.warn("cannot keep when devices were seen: {reason}", { reason: messageOf(error) });
        this.#fails = true;
      },
    );
  }
}
