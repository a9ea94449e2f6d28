import type { WebRTCAnswer } from "../../proto/gen/edgemesh/WebRTCAnswer.ts";
import type { WebRTCConfig } from "../../proto/gen/edgemesh/WebRTCConfig.ts";
import type { WebRTCStop } from "../../proto/gen/edgemesh/WebRTCStop.ts";
import type { ScreenReply, WebRTCOffer } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { screenReply } from "./batches.ts";
import { type AgentClient, callUnary } from "./grpc_client.ts";
import type { ScreenTask } from "./screen_orders.ts";

/** A start's call ends after this, in ms: the device's user may have 30 s to answer. */
const START_TIMEOUT_MS = 60_000;
const TIMEOUT_MS = 15_000;

export interface ScreenCallOptions {
  readonly sessionId: string;
  readonly signal: AbortSignal;
}

/** An order for a screen by the contract's methods, for a device that does not attach. @throws {MeshError} its refusal */
export async function screenCall(
  { orchestrator }: AgentClient,
  task: ScreenTask,
  { sessionId, signal }: ScreenCallOptions,
): Promise<ScreenReply> {
  if ("monitors" in task) throw older("it cannot list its monitors");
  const options = { sessionId, signal, timeoutMs: TIMEOUT_MS };
  if ("answer" in task) {
    await callUnary<WebRTCAnswer, unknown>(orchestrator, orchestrator.CompleteWebRTC, task.answer, options);
    return screenReply("", {});
  }
  if ("stop" in task) {
    await callUnary<WebRTCStop, unknown>(orchestrator, orchestrator.StopWebRTC, task.stop, options);
    return screenReply("", {});
  }
  const { config, video } = task.start;
  if (video) throw older(`it sends no ${video}`);
  const request = { session_id: sessionId, ...config };
  const offer = await callUnary<WebRTCConfig, WebRTCOffer>(orchestrator, orchestrator.StartWebRTC, request, {
    ...options,
    timeoutMs: START_TIMEOUT_MS,
  });
  return screenReply("", { offer });
}

function older(what: string): MeshError {
  return new MeshError("UNIMPLEMENTED", `the device is an older one: ${what}`);
}
