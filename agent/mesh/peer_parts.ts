import type { DeviceInfo, ModelLoad, ModelReport, ScreenReport, StatusSample } from "../../proto/messages.ts";
import type { LinkKind } from "./device_link.ts";

/** What the peers need of the registry. */
export interface PeerRegistry {
  find(deviceId: string):
    | { readonly info: Readonly<DeviceInfo>; readonly sample: Readonly<StatusSample> | undefined }
    | undefined;
  setLink(deviceId: string, kind: LinkKind): void;
  setOffline(deviceId: string): void;
  sampleReceived(deviceId: string, sample: StatusSample): void;
}

/** Who keeps what devices say of their models. */
export interface PeerModels {
  /** Whether a device can generate now. */
  hasModel(device: Readonly<DeviceInfo>): boolean;
  reported(deviceId: string, report: ModelReport): void;
  loaded(deviceId: string, load: ModelLoad): void;
  /** The device cannot be reached any more. */
  forget(deviceId: string): void;
}

/** Who is told of devices that come and go. */
export interface PeerPresence {
  joined(device: Readonly<DeviceInfo>, kind: LinkKind): void;
  left(device: Readonly<DeviceInfo>, reason: string): void;
}

/** Who keeps what devices say of their screens. */
export interface PeerScreens {
  reported(deviceId: string, report: ScreenReport): void;
  /** The device cannot be reached any more. */
  forget(deviceId: string): void;
}
