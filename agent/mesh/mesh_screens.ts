import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import type { Monitor, ScreenReply, ScreenReport, ScreenStart, WebRTCOffer } from "../../proto/messages.ts";
import type { ScreenOrderOptions, ScreenTask } from "./screen_orders.ts";
import type { ScreenReports } from "./screen_reports.ts";

/** Streams whose device is remembered, at most. */
const MAX_STREAMS = 1000;

/** A device has so long to make an offer, in ms: its user may have 30 s to answer. */
const START_MS = 60_000;

/** And so long for anything else. */
const ORDER_MS = 15_000;

/** Most monitors of a device that are believed. */
const MAX_MONITORS = 64;

/** Who carries orders to devices. */
export interface ScreenPeers {
  screen(deviceId: string, task: ScreenTask, options: ScreenOrderOptions): Promise<ScreenReply>;
}

/**
 * The screens of the mesh's devices. It remembers which device each stream that it carried the offer of belongs to, until
 * that device says that the stream has ended; of others (a restart lies in between) the devices' reports say it.
 */
export class MeshScreens {
  readonly #devices = new Map<string, string>();

  constructor(private readonly peers: ScreenPeers, private readonly reports: ScreenReports) {
    reports.onReport((deviceId, report) => this.#forgetEnded(deviceId, report));
  }

  /** @throws {MeshError} the device's refusal; UNAVAILABLE when it cannot be reached; DEADLINE_EXCEEDED after a minute */
  async start(deviceId: string, start: ScreenStart, signal: AbortSignal): Promise<WebRTCOffer> {
    const { offer } = await this.#order(deviceId, { start }, START_MS, signal);
    if (!offer?.stream_id) throw new MeshError("INTERNAL", "the device made no offer");
    this.#remember(offer.stream_id, deviceId);
    return offer;
  }

  /**
   * Hands on a viewer's answer.
   *
   * @param on only a stream of this device; default: of any
   * @throws {MeshError} NOT_FOUND for a stream that has ended or never was, or the device's refusal
   */
  async answer(streamId: string, sdp: string, signal: AbortSignal, on?: string): Promise<void> {
    await this.#forStream(streamId, { answer: { stream_id: streamId, sdp } }, signal, on);
  }

  /** Ends a stream; else as `answer`. */
  async stop(streamId: string, signal: AbortSignal, on?: string): Promise<void> {
    const deviceId = await this.#forStream(streamId, { stop: { stream_id: streamId } }, signal, on);
    this.#forget(streamId, deviceId);
  }

  /** @throws {MeshError} the device's refusal; UNAVAILABLE when it cannot be reached */
  async monitors(deviceId: string, signal: AbortSignal): Promise<Monitor[]> {
    const { monitors } = await this.#order(deviceId, { monitors: true }, ORDER_MS, signal);
    return monitors?.monitors.slice(0, MAX_MONITORS) ?? [];
  }

  /** What a device says of its screen. */
  reportOf(deviceId: string): ScreenReport {
    return this.reports.of(deviceId);
  }

  async #forStream(streamId: string, task: ScreenTask, signal: AbortSignal, on: string | undefined): Promise<string> {
    const deviceId = on ?? this.#devices.get(streamId) ?? this.reports.deviceOf(streamId);
    if (deviceId === undefined) throw unknownStream(streamId);
    try {
      await this.#order(deviceId, task, ORDER_MS, signal);
      return deviceId;
    } catch (error) {
      if (error instanceof MeshError && error.code === "NOT_FOUND") this.#forget(streamId, deviceId);
      throw error;
    }
  }

  async #order(deviceId: string, task: ScreenTask, ms: number, caller: AbortSignal): Promise<ScreenReply> {
    using call = new LinkedSignal(caller);
    call.abortAfter(ms, new MeshError("DEADLINE_EXCEEDED", `the device did not answer within ${ms / 1000} s`));
    return await this.peers.screen(deviceId, task, { signal: call.signal });
  }

  #remember(streamId: string, deviceId: string): void {
    const other = this.#devices.get(streamId) ?? deviceId;
    if (other !== deviceId) throw new MeshError("INTERNAL", "the device offered a stream of another device");
    this.#devices.set(streamId, deviceId);
    if (this.#devices.size <= MAX_STREAMS) return;
    const [oldest] = this.#devices.keys();
    if (oldest !== undefined) this.#devices.delete(oldest);
  }

  #forget(streamId: string, deviceId: string): void {
    if (this.#devices.get(streamId) === deviceId) this.#devices.delete(streamId);
  }

  /** A report that does not name a stream came after its end: on the way here nothing is overtaken by a report. */
  #forgetEnded(deviceId: string, { streams }: ScreenReport): void {
    const running = new Set(streams.map(({ stream_id }) => stream_id));
    for (const [streamId, device] of this.#devices) {
      if (device === deviceId && !running.has(streamId)) this.#devices.delete(streamId);
    }
  }
}

/** @param streamId as a caller sent it */
export function unknownStream(streamId: string): MeshError {
  const id = JSON.stringify(streamId.slice(0, 64));
  return new MeshError("NOT_FOUND", `no stream ${id}: it has ended, or never was`);
}
