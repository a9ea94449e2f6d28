import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import type { CommandResponse, DeviceInfo, StatusSample, TaskOutcome, TaskRef } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { DispatchListener } from "../jobs/dispatcher.ts";
import { type CoordinatorBatch, type WorkerBatch, workerBatch } from "./batches.ts";
import { type BatchChannel, channelPair } from "./channel.ts";
import { HeldAttempts, TASK_SLOTS } from "./held_attempts.ts";
import type { PeerRegistry } from "./peer_parts.ts";
import { Peers } from "./peers.ts";
import { WorkerSession, type WorkSource } from "./worker_session.ts";

const SAMPLE: StatusSample = { cpu_load: 0.25, mem_used_mb: 1, mem_total_mb: 4, ram_free_mb: 3 };

class Devices implements PeerRegistry {
  readonly offline: string[] = [];
  readonly samples: StatusSample[] = [];
  find = (deviceId: string) =>
    deviceId === "unknown"
      ? undefined
      : { info: { device_id: deviceId, device_name: `name of ${deviceId}` } as DeviceInfo, sample: SAMPLE };
  setLink(): void {}
  setOffline(deviceId: string): void {
    this.offline.push(deviceId);
  }
  sampleReceived(_deviceId: string, sample: StatusSample): void {
    this.samples.push(sample);
  }
}

class Listener implements DispatchListener {
  readonly got: TaskOutcome[] = [];
  readonly gone: string[] = [];
  readonly wentAway: string[] = [];
  readonly came: [deviceId: string, instanceId: string, held: readonly TaskRef[]][] = [];
  attached(deviceId: string, instanceId: string, held: readonly TaskRef[]): void {
    this.came.push([deviceId, instanceId, held]);
  }
  away(deviceId: string): void {
    this.wentAway.push(deviceId);
  }
  outcomes(_deviceId: string, outcomes: readonly TaskOutcome[]): void {
    this.got.push(...outcomes);
  }
  capacity(): void {}
  lost(deviceId: string): void {
    this.gone.push(deviceId);
  }
}

function setUp() {
  const devices = new Devices();
  const peers = new Peers(devices, { deviceId: "coordinator", deviceName: "the coordinator" });
  const listener = new Listener();
  peers.listen(listener);
  return { devices, peers, listener };
}

async function attach(
  peers: Peers,
  options: { deviceId?: string; instanceId?: string; work?: Partial<WorkSource> } = {},
) {
  const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
  peers.accept(down, "attached");
  const work: WorkSource = {
    kinds: [],
    runTask: ({ input }) => ({ ok: true, output: input, error: "", error_code: "", time_ms: 0 }),
    runCommand: (command) => Promise.resolve({ exit_code: 0, stdout: command, stderr: "" }),
    sample: () => SAMPLE,
    ...options.work,
  };
  const held = new HeldAttempts(work);
  const session = new WorkerSession(up, {
    deviceId: options.deviceId ?? "worker",
    instanceId: options.instanceId ?? "first",
    work,
    held,
  });
  session.start();
  await turn();
  return { session, work, held };
}

/** A worker of our own making on the other side of the channel. */
function rawWorker(peers: Peers): { channel: BatchChannel<WorkerBatch, CoordinatorBatch>; error: Promise<unknown> } {
  const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
  const closed = Promise.withResolvers<unknown>();
  peers.accept(down, "attached");
  up.listen({ onBatch: () => {}, onDrain: () => {}, onClose: closed.resolve });
  return { channel: up, error: closed.promise };
}

/** Lets batches reach the other side and their answers come back. */
async function turn(): Promise<void> {
  for (let hop = 0; hop < 5; hop++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

const assignment = (task_id: string) => ({
  job_id: "job",
  task_id,
  attempt: 1,
  kind: "ECHO",
  input: `in ${task_id}`,
  timeout_ms: 0,
  max_output_tokens: 0,
  trace_parent: "",
  lease: 0,
});

Deno.test("a device attaches, runs tasks, and forgets outcomes once they are acknowledged", async () => {
  const { peers, listener, devices } = setUp();
  const { session, held } = await attach(peers);
  assertEquals(await session.welcomed, { deviceId: "coordinator", deviceName: "the coordinator" });
  assertEquals(devices.samples, [SAMPLE]);
  assertEquals(peers.targets().map(({ credits }) => credits), [TASK_SLOTS]);
  peers.assign("worker", [assignment("a"), assignment("b")]);
  assertEquals(peers.targets().map(({ credits }) => credits), [TASK_SLOTS - 2]);
  await turn();
  assertEquals(listener.got.map((outcome) => outcome.output), ["in a", "in b"]);
  assertEquals(peers.targets().map(({ credits }) => credits), [TASK_SLOTS]);
  assertEquals(held.unacknowledged, 2);
  peers.acknowledge("worker", listener.got);
  await turn();
  assertEquals(held.unacknowledged, 0);
  peers.stop();
  await session.closed;
});

Deno.test("outcomes that were not acknowledged are sent again after a reconnect, and cost no credit", async () => {
  const { peers, listener } = setUp();
  const first = await attach(peers);
  peers.assign("worker", [assignment("a")]);
  await turn();
  peers.link("worker")?.close("cut");
  await first.session.closed;
  assertEquals(listener.gone, ["worker"]);

  const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
  peers.accept(down, "attached");
  const again = new WorkerSession(up, {
    deviceId: "worker",
    instanceId: "first",
    work: first.work,
    held: first.held,
  });
  again.start();
  await turn();
  assertEquals(listener.got.map((outcome) => outcome.task_id), ["a", "a"]);
  assertEquals(peers.targets()[0]?.credits, TASK_SLOTS);
  peers.stop();
  await again.closed;
});

Deno.test("a stream that breaks does not lose the device before it was silent for too long", async () => {
  const { peers, devices, listener } = setUp();
  const release = Promise.withResolvers<void>();
  const runTask = async () => {
    await release.promise;
    return { ok: true, output: "late", error: "", error_code: "", time_ms: 0 };
  };
  const [up, down] = channelPair<WorkerBatch, CoordinatorBatch>();
  const { work, held } = await attach(peers, { deviceId: "other", work: { runTask } });
  const options = { deviceId: "worker", instanceId: "first", work, held };
  peers.accept(down, "attached");
  const first = new WorkerSession(up, options);
  first.start();
  await turn();
  peers.assign("worker", [assignment("a")]);
  await turn();
  down.close(new MeshError("CANCELLED", "its connection was lost"));
  await first.closed;
  assertEquals([listener.wentAway, listener.gone, devices.offline], [["worker"], [], ["worker"]]);
  assertEquals(peers.isOnline("worker"), false);

  const [upAgain, downAgain] = channelPair<WorkerBatch, CoordinatorBatch>();
  peers.accept(downAgain, "attached");
  const second = new WorkerSession(upAgain, options);
  second.start();
  await turn();
  assertEquals(listener.came.at(-1), ["worker", "first", [{ job_id: "job", task_id: "a", attempt: 1 }]]);
  release.resolve();
  await turn();
  assertEquals(listener.got.map((outcome) => outcome.output), ["late"]);
  assertEquals(peers.targets().find(({ deviceId }) => deviceId === "worker")?.credits, TASK_SLOTS);
  peers.stop();
  await second.closed;
});

Deno.test("a caller that goes away stops the command on the device", async () => {
  const { peers } = setUp();
  const stopped = Promise.withResolvers<void>();
  const { session } = await attach(peers, {
    work: {
      runCommand: (_command, _args, { signal }) =>
        new Promise<CommandResponse>((_, reject) =>
          signal.addEventListener("abort", () => {
            stopped.resolve();
            reject(signal.reason);
          })
        ),
    },
  });
  const caller = new AbortController();
  const running = peers.execute("worker", "sleep", ["60"], { signal: caller.signal });
  await turn();
  caller.abort();
  const error = await assertRejects(() => running, MeshError);
  assertEquals(error.code, "CANCELLED");
  await stopped.promise;
  peers.stop();
  await session.closed;
});

Deno.test("a device that is lost in mid-command answers UNAVAILABLE, and is offline", async () => {
  const { peers, devices } = setUp();
  const { session } = await attach(peers, { work: { runCommand: () => new Promise(() => {}) } });
  const running = peers.execute("worker", "sleep", ["60"], {});
  await turn();
  peers.link("worker")?.close("its connection was lost");
  const error = await assertRejects(() => running, MeshError, "may or may not have run");
  assertEquals(error.code, "UNAVAILABLE");
  assertEquals(devices.offline, ["worker"]);
  await assertRejects(() => peers.execute("worker", "ls", [], {}), MeshError, "not reachable");
  peers.stop();
  await session.closed;
});

Deno.test("a device's own refusal reaches the caller with its code", async () => {
  const { peers } = setUp();
  const refuse = () => Promise.reject(new MeshError("PERMISSION_DENIED", "not on the allow-list"));
  const { session } = await attach(peers, { work: { runCommand: refuse } });
  const error = await assertRejects(() => peers.execute("worker", "rm", [], {}), MeshError, "not on the allow-list");
  assertEquals(error.code, "PERMISSION_DENIED");
  peers.stop();
  await session.closed;
});

Deno.test("a second program with the id of a living device is refused; the same one may attach again", async () => {
  const { peers } = setUp();
  const first = await attach(peers);
  await first.session.welcomed;
  const double = await attach(peers, { instanceId: "second" });
  const error = await assertRejects(() => double.session.welcomed, MeshError, "device id worker is in use");
  assertEquals(error.code, "ALREADY_EXISTS");
  const again = await attach(peers);
  await again.session.welcomed;
  await first.session.closed;
  assert(peers.isOnline("worker"));
  peers.stop();
  await again.session.closed;
});

Deno.test("a stream that does not begin as it must is refused, and says why", async () => {
  const { peers } = setUp();
  const hello = { device_id: "worker", instance_id: "x", kinds: [], held: [] };
  const wrong: [WorkerBatch, string, string][] = [
    [workerBatch({ sample: SAMPLE }), "INVALID_ARGUMENT", "hello: "],
    [workerBatch({ hello: { ...hello, instance_id: "" } }), "INVALID_ARGUMENT", "hello.instance_id"],
    [workerBatch({ hello: { ...hello, device_id: "unknown" } }), "FAILED_PRECONDITION", "RegisterDevice first"],
  ];
  for (const [batch, code, message] of wrong) {
    const { channel, error } = rawWorker(peers);
    channel.send(batch);
    const refused = await error;
    assert(refused instanceof MeshError && refused.code === code && refused.message.includes(message), String(refused));
  }
  assertEquals(peers.targets(), []);
  peers.stop();
});

Deno.test("credits that no worker has are not believed", async () => {
  const { peers } = setUp();
  const { channel } = rawWorker(peers);
  channel.send(
    workerBatch({ hello: { device_id: "worker", instance_id: "x", kinds: [], held: [] }, credits: 2_000_000_000 }),
  );
  channel.send(workerBatch({ credits: -5 }));
  channel.send(
    workerBatch({ command_outcomes: [{ order_id: "?", response: null, error_code: "", error_message: "" }] }),
  );
  await turn();
  assertEquals(peers.targets()[0]?.credits, 1024);
  peers.stop();
});

Deno.test("a device that leaves gets no new work, and its running work ends first", async () => {
  const { peers, devices, listener } = setUp();
  const release = Promise.withResolvers<void>();
  const { session } = await attach(peers, {
    work: {
      runTask: async () => {
        await release.promise;
        return { ok: true, output: "late", error: "", error_code: "", time_ms: 0 };
      },
    },
  });
  peers.assign("worker", [assignment("a")]);
  await turn();
  const left = session.leave(60_000);
  await turn();
  assertEquals(peers.targets()[0]?.credits, 0);
  assertEquals(devices.offline, []);
  release.resolve();
  await left;
  await session.closed;
  assertEquals(listener.got.map((outcome) => outcome.output), ["late"]);
  assertEquals(devices.offline, ["worker"]);
  peers.stop();
});
