import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { deviceInfo } from "../../tests/device_info.ts";
import { contract } from "../../proto/load.ts";
import { MeshError } from "../core/errors.ts";
import type { TaskOutcome } from "../../proto/messages.ts";
import type { DeviceLink } from "./device_link.ts";
import { DialledDevices, type DialledMesh } from "./dialled_devices.ts";
import { DialledLink } from "./dialled_link.ts";

/** A mesh that only remembers what it was told. */
class Mesh implements DialledMesh {
  readonly links = new Map<string, DeviceLink>();
  readonly closings: string[] = [];
  readonly got: TaskOutcome[] = [];
  add(link: DeviceLink): void {
    this.links.set(link.deviceId, link);
  }
  link = (deviceId: string) => this.links.get(deviceId);
  outcomes(_link: DeviceLink, outcomes: readonly TaskOutcome[]): void {
    this.got.push(...outcomes);
  }
  capacity(): void {}
  sample(): void {}
  models(): void {}
  modelLoad(): void {}
  screens(): void {}
  closed(link: DeviceLink, reason: string): void {
    this.links.delete(link.deviceId);
    this.closings.push(reason);
  }
}

type Unary = (call: { request: unknown }, answer: (error: unknown, response?: object) => void) => void;

/** A real gRPC server that stands for an older device: it takes one key, and keeps what it was sent. */
class OlderDevice implements AsyncDisposable {
  readonly keys: string[] = [];
  readonly #server = new Server();
  address = "";

  static async start(options: { key: string; tasks?: Unary; screen?: Record<string, Unary> }): Promise<OlderDevice> {
    const device = new OlderDevice();
    const methods: Record<string, Unary> = {
      HealthCheck: (_call, answer) => answer(null, { device_id: "old", server_time: 0, message: "ok" }),
      CreateSession: ({ request }, answer) => {
        const { security_key } = request as { security_key: string };
        device.keys.push(security_key);
        if (security_key !== options.key) answer({ code: status.UNAUTHENTICATED, details: "wrong mesh key" });
        else answer(null, { session_id: "s", host_name: "old", connected_at: 0 });
      },
      RunTask: options.tasks ?? (({ request }, answer) => {
        const { task_id, input } = request as { task_id: string; input: string };
        answer(null, { task_id, ok: true, output: `echo: ${input}`, error: "", time_ms: 1 });
      }),
      ...options.screen,
    };
    device.#server.addService(contract().orchestrator as ServiceDefinition, methods as UntypedServiceImplementation);
    const port = await new Promise<number>((resolve, reject) =>
      device.#server.bindAsync(
        "127.0.0.1:0",
        ServerCredentials.createInsecure(),
        (error, bound) => error ? reject(error) : resolve(bound),
      )
    );
    device.address = `127.0.0.1:${port}`;
    return device;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }
}

function dial(address: string, trusted = true) {
  const mesh = new Mesh();
  const dialled = new DialledDevices({
    mesh,
    key: "the mesh key",
    clientName: "test",
    onSeen: () => {},
    remembered: [],
    trusted: true,
  });
  dialled.start();
  dialled.dial(deviceInfo({ device_id: "old", grpc_addr: address }), trusted);
  const link = mesh.links.get("old");
  assert(link instanceof DialledLink);
  return {
    mesh,
    link,
    [Symbol.dispose]: () => {
      link.close("the test is over");
      dialled.stop();
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let looks = 0; looks < 3000 && !condition(); looks++) await new Promise((resolve) => setTimeout(resolve, 2));
  assert(condition(), "it did not happen");
}

const task = (task_id: string) => ({
  job_id: "job",
  task_id,
  attempt: 1,
  kind: "ECHO",
  input: task_id,
  timeout_ms: 10_000,
  lease: 0,
  max_output_tokens: 0,
  trace_parent: "",
});

Deno.test("an older device takes tasks once it has answered and opened a session", async () => {
  await using device = await OlderDevice.start({ key: "the mesh key" });
  using rig = dial(device.address);
  assertEquals(rig.link.credits, 0);
  await until(() => rig.link.credits > 0);
  const before = rig.link.credits;
  rig.link.assign([task("a"), task("b")]);
  assertEquals(rig.link.credits, before - 2);
  await until(() => rig.mesh.got.length === 2);
  assertEquals(rig.mesh.got.map((outcome) => outcome.output).toSorted(), ["echo: a", "echo: b"]);
  assertEquals(device.keys, ["the mesh key"]);
});

Deno.test("an address that a stranger gave is never sent the mesh key", async () => {
  await using device = await OlderDevice.start({ key: "" });
  using rig = dial(device.address, false);
  await until(() => rig.link.credits > 0);
  assertEquals(device.keys, [""]);
});

Deno.test("a device that does not take the key gets no tasks, and callers hear why", async () => {
  await using device = await OlderDevice.start({ key: "another key" });
  using rig = dial(device.address);
  const error = await assertRejects(() => rig.link.execute("pwd", [], {}), MeshError, "device old: wrong mesh key");
  assertEquals(error.code, "UNAVAILABLE");
  assertEquals([rig.link.credits, rig.link.refusesUs], [0, true]);
  assertEquals(rig.mesh.closings, ["it refuses a session: wrong mesh key"]);
});

Deno.test("a device that cannot be asked is lost, not the task", async () => {
  await using device = await OlderDevice.start({
    key: "the mesh key",
    tasks: (_call, answer) => answer({ code: status.UNAVAILABLE, details: "it fell over" }),
  });
  using rig = dial(device.address);
  await until(() => rig.link.credits > 0);
  rig.link.assign([task("a")]);
  await until(() => rig.mesh.closings.length > 0);
  assertEquals([rig.mesh.got, rig.mesh.closings], [[], ["it fell over"]]);
});

Deno.test("what the device says of a task is the task's failure", async () => {
  await using device = await OlderDevice.start({
    key: "the mesh key",
    tasks: (_call, answer) => answer({ code: status.INVALID_ARGUMENT, details: "no such kind" }),
  });
  using rig = dial(device.address);
  await until(() => rig.link.credits > 0);
  rig.link.assign([task("a")]);
  await until(() => rig.mesh.got.length > 0);
  assertEquals(rig.mesh.got.map(({ ok, error }) => [ok, error]), [[false, "no such kind"]]);
});

Deno.test("an older device is asked for its screen by the contract's methods", async () => {
  const asked: unknown[] = [];
  const keep = (response: object): Unary => ({ request }, answer) => {
    asked.push(request);
    answer(null, response);
  };
  await using device = await OlderDevice.start({
    key: "the mesh key",
    screen: {
      StartWebRTC: keep({ stream_id: "stream", sdp: "offer" }),
      CompleteWebRTC: keep({}),
      StopWebRTC: (_call, answer) => answer({ code: status.NOT_FOUND, details: "no such stream" }),
    },
  });
  using rig = dial(device.address);
  const config = { target_fps: 15, jpeg_quality: 0, monitor_index: 1 };
  const start = { config, video: "", client_name: "ada", peer: "10.0.0.7:1" };
  const { offer } = await rig.link.screen({ start }, {});
  assertEquals(offer, { stream_id: "stream", sdp: "offer" });
  await rig.link.screen({ answer: { stream_id: "stream", sdp: "answer" } }, {});
  assertEquals(asked, [{ session_id: "s", ...config }, { stream_id: "stream", sdp: "answer" }]);
  const stop = () => rig.link.screen({ stop: { stream_id: "stream" } }, {});
  assertEquals((await assertRejects(stop, MeshError, "no such stream")).code, "NOT_FOUND");
  const video = () => rig.link.screen({ start: { ...start, video: "vp8" } }, {});
  assertEquals((await assertRejects(video, MeshError, "it sends no vp8")).code, "UNIMPLEMENTED");
  const monitors = () => rig.link.screen({ monitors: true }, {});
  assertEquals((await assertRejects(monitors, MeshError, "an older one")).code, "UNIMPLEMENTED");
});
