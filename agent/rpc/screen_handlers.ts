import type { DeviceId__Output as DeviceId } from "../../proto/gen/edgemesh/DeviceId.ts";
import type { Empty } from "../../proto/gen/edgemesh/Empty.ts";
import type { WebRTCAnswer__Output as WebRTCAnswer } from "../../proto/gen/edgemesh/WebRTCAnswer.ts";
import type { WebRTCStop__Output as WebRTCStop } from "../../proto/gen/edgemesh/WebRTCStop.ts";
import type {
  ListMonitorsResponse,
  ScreenAnswer,
  ScreenStop,
  StartScreenRequest,
  StartScreenResponse,
  WebRTCConfig,
  WebRTCOffer,
} from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { Registry } from "../devices/registry.ts";
import type { MeshScreens } from "../mesh/mesh_screens.ts";
import type { CallContext } from "./call_context.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface ScreenHandlers {
  StartWebRTC: UnaryHandler<WebRTCConfig, WebRTCOffer>;
  CompleteWebRTC: UnaryHandler<WebRTCAnswer, Empty>;
  StopWebRTC: UnaryHandler<WebRTCStop, Empty>;
  StartScreen: UnaryHandler<StartScreenRequest, StartScreenResponse>;
  AnswerScreen: UnaryHandler<ScreenAnswer, Empty>;
  StopScreen: UnaryHandler<ScreenStop, Empty>;
  ListMonitors: UnaryHandler<DeviceId, ListMonitorsResponse>;
}

export interface ScreenHandlerParts {
  readonly screens: MeshScreens;
  readonly registry: Registry;
  readonly selfId: string;
}

/**
 * Screens: of this device by the contract's methods, of any device by our own. Both take the same path, down the device's
 * link. Whoever has a session may answer and stop a stream whose id, which is random, they know.
 */
export function screenHandlers({ screens, registry, selfId }: ScreenHandlerParts): ScreenHandlers {
  const deviceOf = (id: string) => registry.get(id || selfId).info;
  return {
    StartWebRTC({ session_id: _, ...config }, call) {
      return screens.start(selfId, { config, video: "", ...callerOf(call) }, call.signal);
    },
    async CompleteWebRTC({ stream_id, sdp }, call) {
      requireAnswer(stream_id, sdp);
      await screens.answer(stream_id, sdp, call.signal, selfId);
      return {};
    },
    async StopWebRTC({ stream_id }, call) {
      requireStream(stream_id);
      await screens.stop(stream_id, call.signal, selfId);
      return {};
    },
    async StartScreen({ device_id, config, video }, call) {
      if (video !== "" && video !== "vp8") throw new MeshError("INVALID_ARGUMENT", "video: must be vp8 or empty");
      const device = deviceOf(device_id);
      const offer = await screens.start(device.device_id, { config, video, ...callerOf(call) }, call.signal);
      return { ...offer, device_id: device.device_id, device_name: device.device_name };
    },
    async AnswerScreen({ stream_id, sdp }, call) {
      requireAnswer(stream_id, sdp);
      await screens.answer(stream_id, sdp, call.signal);
      return {};
    },
    async StopScreen({ stream_id }, call) {
      requireStream(stream_id);
      await screens.stop(stream_id, call.signal);
      return {};
    },
    async ListMonitors({ device_id }, call) {
      return { monitors: await screens.monitors(deviceOf(device_id).device_id, call.signal) };
    },
  };
}

/** Who looks, as the device's user and its audit log are told. */
function callerOf({ clientName, peer }: CallContext): { client_name: string; peer: string } {
  return { client_name: clientName, peer };
}

function requireStream(streamId: string): void {
  if (!streamId) throw new MeshError("INVALID_ARGUMENT", "stream_id: is empty");
}

function requireAnswer(streamId: string, sdp: string): void {
  requireStream(streamId);
  if (!sdp) throw new MeshError("INVALID_ARGUMENT", "sdp: is empty");
}
