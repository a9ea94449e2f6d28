import type { Empty } from "../../proto/gen/edgemesh/Empty.ts";
import type { HealthStatus } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { type AgentClient, callUnary } from "./grpc_client.ts";

/** A device that is there answers its health check within this, in ms. */
const PROBE_TIMEOUT_MS = 2000;

/**
 * Asks a device whether it is there.
 *
 * @throws {MeshError} when it does not answer, or another device answers at its address
 */
export async function probe(client: AgentClient, deviceId: string, signal: AbortSignal): Promise<void> {
  const { orchestrator } = client;
  const options = { timeoutMs: PROBE_TIMEOUT_MS, signal };
  const health = await callUnary<Empty, HealthStatus>(orchestrator, orchestrator.HealthCheck, {}, options);
  if (health.device_id && health.device_id !== deviceId) {
    throw new MeshError("UNAVAILABLE", `another device answers at its address (${health.device_id})`);
  }
}
