import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { messageOf } from "../core/errors.ts";
import type { DeviceInfo } from "../../proto/messages.ts";
import type { DeviceLink, LinkEvents } from "./device_link.ts";
import { DialledLink } from "./dialled_link.ts";
import { agentClient } from "./grpc_client.ts";
import { probe } from "./probe.ts";
import { UnaddressedLink } from "./unaddressed_link.ts";

const log = logger("mesh");

/** A dialled device that went away is looked for this often, in ms. */
const RETURN_INTERVAL_MS = 5000;

/** Devices of an earlier run that attach by themselves do so within this, in ms; then those that only register are looked for. */
const ATTACH_FIRST_MS = 11_000;

/** What dialled devices need of the mesh. */
export interface DialledMesh extends LinkEvents {
  add(link: DeviceLink): void;
  link(deviceId: string): DeviceLink | undefined;
}

export interface DialledDevicesOptions {
  readonly mesh: DialledMesh;
  readonly key: string;
  readonly clientName: string;
  readonly onSeen: (deviceId: string) => void;
  /** Devices of an earlier run of this agent that have an address. */
  readonly remembered: readonly DeviceInfo[];
  /** Whether those had to show the mesh key when they registered. */
  readonly trusted: boolean;
}

/** A device that is looked for, not before a time (of `performance.now()`). */
interface Absent {
  readonly device: DeviceInfo;
  readonly trusted: boolean;
  readonly notBefore: number;
}

/** Devices that only register: each is dialled, and one that went away is looked for until it is back. */
export class DialledDevices implements Component {
  readonly name = "dialled devices";
  readonly #away = new Map<string, Absent>();
  readonly #stopping = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking = false;

  constructor(private readonly options: DialledDevicesOptions) {}

  start(): void {
    const notBefore = performance.now() + ATTACH_FIRST_MS;
    for (const device of this.options.remembered) {
      this.#away.set(device.device_id, { device, trusted: this.options.trusted, notBefore });
    }
    this.#timer = setInterval(() => this.#lookForAway(), RETURN_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopping.abort();
    this.#away.clear();
  }

  /**
   * Dials a device that registered. It counts as online until it fails to answer; one that gave no address, until its
   * registration is too old to show that it is there.
   *
   * @param trusted it showed the mesh key when it registered, so that the key may be sent to its address
   */
  dial(device: DeviceInfo, trusted: boolean): void {
    if (this.#stopping.signal.aborted) return;
    this.#away.delete(device.device_id);
    const current = this.options.mesh.link(device.device_id);
    if (current instanceof DialledLink && current.address === device.grpc_addr) {
      return current.heard();
    }
    if (!device.grpc_addr) {
      this.options.mesh.add(new UnaddressedLink(device, this.options.mesh));
      return;
    }
    const { mesh, key, clientName, onSeen } = this.options;
    const events: LinkEvents = {
      outcomes: (link, outcomes) => mesh.outcomes(link, outcomes),
      capacity: (link) => mesh.capacity(link),
      sample: (link, sample) => mesh.sample(link, sample),
      models: (link, report) => mesh.models(link, report),
      modelLoad: (link, load) => mesh.modelLoad(link, load),
      screens: (link, report) => mesh.screens(link, report),
      closed: (link, reason, mayReturn) => {
        const current = mesh.link(link.deviceId) === link;
        mesh.closed(link, reason, mayReturn);
        if (!current || this.#stopping.signal.aborted || dialled.refusesUs) return;
        this.#away.set(link.deviceId, { device, trusted, notBefore: 0 });
      },
    };
    const dialled = new DialledLink({ device, key: trusted ? key : "", clientName, events, onSeen });
    mesh.add(dialled);
  }

  async #lookForAway(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const due = [...this.#away.values()].filter((absent) => absent.notBefore <= performance.now());
      await Promise.all(due.map((absent) => this.#tryAgain(absent)));
    } finally {
      this.#looking = false;
    }
  }

  async #tryAgain({ device, trusted }: Absent): Promise<void> {
    if (this.#isBack(device)) return;
    const client = agentClient(device.grpc_addr);
    try {
      await probe(client, device.device_id, this.#stopping.signal);
      if (this.#isBack(device)) return;
      log.info("device {name} answers again", { name: device.device_name });
      this.dial(device, trusted);
    } catch (error) {
      log.debug("device {name} is still away: {reason}", { name: device.device_name, reason: messageOf(error) });
    } finally {
      client.close();
    }
  }

  /** Whether the device is reached in one way or another meanwhile. */
  #isBack(device: DeviceInfo): boolean {
    if (!this.options.mesh.link(device.device_id)) return false;
    this.#away.delete(device.device_id);
    return true;
  }
}
