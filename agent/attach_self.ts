import type { CoordinatorBatch, WorkerBatch } from "./mesh/batches.ts";
import { channelPair } from "./mesh/channel.ts";
import { HeldAttempts } from "./mesh/held_attempts.ts";
import type { Peers } from "./mesh/peers.ts";
import { WorkerSession, type WorkSource } from "./mesh/worker_session.ts";

/** This agent is a worker of its own mesh, over a channel instead of a socket. */
export function attachSelf(peers: Peers, self: { deviceId: string; instanceId: string; work: WorkSource }): void {
  const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
  peers.accept(down, "self");
  const held = new HeldAttempts(self.work);
  const session = new WorkerSession(up, { ...self, held });
  // Such a stream never breaks: it ends with the agent.
  session.closed.then(() => held.stop("the agent is stopping"));
  session.start();
}
