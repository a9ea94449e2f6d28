import { MeshError } from "../core/errors.ts";
import type { CommandResponse, DeviceInfo, ModelAnswer, ScreenReply } from "../../proto/messages.ts";
import { SILENCE_LIMIT_MS } from "./attached_link.ts";
import type { DeviceLink, LinkEvents } from "./device_link.ts";
import { failing } from "./dialled_files.ts";
import type { FileLink } from "./file_orders.ts";

/**
 * A device that registered without an address and did not attach: it was there just now, but no work can reach it. It
 * takes no tasks, and is offline again when it does not register anew.
 */
export class UnaddressedLink implements DeviceLink {
  readonly kind = "dialled";
  readonly instanceId = "";
  readonly credits = 0;
  readonly kinds: ReadonlyMap<string, number> = new Map();
  readonly deviceId: string;
  readonly #timer: ReturnType<typeof setTimeout>;
  #closed = false;

  constructor(private readonly device: DeviceInfo, private readonly events: LinkEvents) {
    this.deviceId = device.device_id;
    this.#timer = setTimeout(() => this.close("it gave no address and did not register again"), SILENCE_LIMIT_MS);
  }

  /** Never called: it has no credits. */
  assign(): void {}

  acknowledge(): void {}

  cancel(): void {}

  execute(): Promise<CommandResponse> {
    return Promise.reject(this.#unreachable());
  }

  order(): Promise<ModelAnswer> {
    return Promise.reject(this.#unreachable());
  }

  screen(): Promise<ScreenReply> {
    return Promise.reject(this.#unreachable());
  }

  get files(): FileLink {
    return {
      ask: () => Promise.reject(this.#unreachable()),
      read: () => failing(this.#unreachable()),
      write: () => Promise.reject(this.#unreachable()),
    };
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.events.closed(this, reason, false);
  }

  #unreachable(): MeshError {
    const name = this.device.device_name;
    return new MeshError(
      "UNAVAILABLE",
      `device ${name} registered without grpc_addr and is not attached: nothing reaches it`,
    );
  }
}
