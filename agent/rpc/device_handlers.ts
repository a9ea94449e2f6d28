import type { DeviceAck } from "../../proto/gen/edgemesh/DeviceAck.ts";
import type { DeviceId__Output as DeviceId } from "../../proto/gen/edgemesh/DeviceId.ts";
import type { ListDevicesResponse } from "../../proto/gen/edgemesh/ListDevicesResponse.ts";
import type { ListDeviceStatesResponse } from "../../proto/gen/edgemesh/v1/ListDeviceStatesResponse.ts";
import type { DeviceInfo, DeviceStatus } from "../../proto/messages.ts";
import type { AuditTrail } from "../audit/audit_event.ts";
import { MeshError, messageOf } from "../core/errors.ts";
import type { DeviceEntry, Registry } from "../devices/registry.ts";
import type { JobService } from "../jobs/job_service.ts";
import type { DialledDevices } from "../mesh/dialled_devices.ts";
import { INSTANCE_METADATA } from "../mesh/joiner.ts";
import type { MeshScreens } from "../mesh/mesh_screens.ts";
import type { Peers } from "../mesh/peers.ts";
import { callerOf } from "./audited_caller.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface DeviceHandlers {
  RegisterDevice: UnaryHandler<DeviceInfo, DeviceAck>;
  ListDevices: UnaryHandler<unknown, ListDevicesResponse>;
  GetDeviceStatus: UnaryHandler<DeviceId, DeviceStatus>;
  ListDeviceStates: UnaryHandler<unknown, ListDeviceStatesResponse>;
}

export interface DeviceHandlerParts {
  readonly registry: Registry;
  readonly peers: Peers;
  readonly dialled: DialledDevices;
  readonly jobs: JobService;
  readonly screens: MeshScreens;
  readonly audit: AuditTrail;
}

export function deviceHandlers({ registry, peers, dialled, jobs, screens, audit }: DeviceHandlerParts): DeviceHandlers {
  return {
    async RegisterDevice(info, call) {
      const instance = call.metadata(INSTANCE_METADATA);
      let entry: DeviceEntry;
      try {
        peers.requireFree(info.device_id, instance);
        entry = await registry.register(info);
      } catch (error) {
        const why = messageOf(error);
        const details = { name: info.device_name };
        audit.record({ event: "device.refused", ...callerOf(call), device: info.device_id, why, details });
        throw error;
      }
      // An address that a stranger gives is never sent the mesh key.
      if (!instance) dialled.dial(entry.info, call.authenticated);
      peers.registered(entry.info.device_id);
      return { ok: true, registered_at: Math.floor(entry.registeredAt / 1000) };
    },
    ListDevices: () => ({ devices: registry.all().map((entry) => entry.info) }),
    GetDeviceStatus: ({ device_id }) => registry.status(requireId(device_id)),
    ListDeviceStates: () => ({
      devices: registry.all().map((entry) => {
        const { streams, unavailable } = screens.reportOf(entry.info.device_id);
        return {
          device: entry.info,
          status: registry.status(entry.info.device_id),
          online: entry.online,
          link: entry.link,
          running_tasks: jobs.heldBy(entry.info.device_id),
          screen_streams: streams,
          screen_unavailable: unavailable,
        };
      }),
    }),
  };
}

function requireId(deviceId: string): string {
  if (!deviceId) throw new MeshError("INVALID_ARGUMENT", "device_id: is empty");
  return deviceId;
}
