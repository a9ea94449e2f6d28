import * as grpc from "@grpc/grpc-js";
import { Peer } from "../agent/screen/stream/peer.ts";
import { assert, assertEquals, assertMatch } from "../tests/assert.ts";
import { eventually, TemporaryFolder } from "../tests/processes.ts";
import { CannedAgent, type CannedAnswers, Failure } from "./canned_agent.ts";
import { type Outcome, runHere, startProgram } from "./cli_harness.ts";

const LAPTOP = "3f2a9c10-0000-4000-8000-000000000001";
const PHONE = "4f2a9c10-0000-4000-8000-000000000002";
const TWIN = "5f2a9c10-0000-4000-8000-000000000003";

const laptop = { device_id: LAPTOP, device_name: "my laptop", http_addr: "10.0.0.5:8081" };
const phone = { device_id: PHONE, device_name: "phone", http_addr: "10.0.0.6:8081" };

const known: CannedAnswers = {
  ListDeviceStates: () => ({ devices: [{ device: laptop, link: "attached" }, { device: phone, link: "self" }] }),
  ListMonitors: () => ({
    monitors: [
      { index: 0, name: "HDMI-1", primary: true, width: 1920, height: 1080 },
      { index: 1, name: "DP-2", width: 1280, height: 1024, x: 1920 },
    ],
  }),
};

/** What a test's device sends as its first, second, … picture: they only begin as a JPEG does. */
function picture(number: number): Uint8Array {
  return Uint8Array.of(0xff, 0xd8, number, ...new Uint8Array(100 + number).fill(number), 0xff, 0xd9);
}

/** A device that sends pictures over a real connection, one after the other, to whoever answers. */
class Sender implements AsyncDisposable {
  #peer: Peer | undefined;
  #sent = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  stopped = 0;

  readonly answers: CannedAnswers = {
    ...known,
    StartScreen: async ({ device_id }) => {
      this.#peer = await Peer.offer({ iceServers: [], video: false }, {
        onOpen: () => this.#timer = setInterval(() => this.#peer?.send(picture(++this.#sent % 200)), 20),
        onMessage: () => {},
        onDrained: () => {},
        onClosed: () => clearInterval(this.#timer),
      });
      return { stream_id: "s1", sdp: this.#peer.sdp, device_id, device_name: "my laptop" };
    },
    AnswerScreen: async ({ sdp }) => {
      await this.#peer?.answer(sdp);
      return {};
    },
    StopScreen: () => {
      this.stopped++;
      return {};
    },
  };

  /** The device ends the stream. */
  async close(): Promise<void> {
    await this.#peer?.close();
  }

  get isSending(): boolean {
    return this.#sent > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.close();
  }
}

function line(agent: CannedAgent, ...args: string[]): string[] {
  return ["screen", "--server", agent.address, "--key", "right", "--no-color", ...args];
}

function screen(agent: CannedAgent, ...args: string[]): Promise<Outcome> {
  return runHere(line(agent, ...args));
}

Deno.test("screen prints the address of the page that shows a device, on the agent that is connected", async () => {
  await using agent = await CannedAgent.start(known);
  const url = "http://10.0.0.6:8081/screen/my%20laptop";
  assertEquals(await screen(agent, "MY LAPTOP"), { code: 0, stdout: `${url}\n`, stderr: "" });
  const { stdout } = await screen(agent, LAPTOP.slice(0, 5), "--fps", "15", "--quality", "70", "--monitor", "1");
  assertEquals(stdout, `${url}?fps=15&quality=70&monitor=1\n`);
  const { stdout: json } = await screen(agent, "phone", "--json");
  assertEquals(JSON.parse(json), { url: "http://10.0.0.6:8081/screen/phone", device_id: PHONE, device_name: "phone" });
  assertEquals(agent.requests("ListMonitors").map(({ device_id }) => device_id), [LAPTOP, LAPTOP, PHONE]);
});

Deno.test("of two devices of one name, the page is that of the one that was meant", async () => {
  const twin = { device_id: TWIN, device_name: "phone", http_addr: "" };
  await using agent = await CannedAgent.start({
    ...known,
    ListDeviceStates: () => ({ devices: [{ device: phone, link: "self" }, { device: twin, link: "attached" }] }),
  });
  assertEquals((await screen(agent, TWIN)).stdout, `http://10.0.0.6:8081/screen/${TWIN}\n`);
});

Deno.test("what cannot be shown is said in one line", async () => {
  const refused = new Failure(grpc.status.FAILED_PRECONDITION, "there is no display: DISPLAY is not set");
  const denied = new Failure(grpc.status.PERMISSION_DENIED, "the user of my laptop did not allow it");
  using folder = new TemporaryFolder();
  const jpg = folder.file("a.jpg");
  const cases: [CannedAnswers, string[], number, RegExp][] = [
    [known, ["tablet"], 1, /^edgemesh: no device "tablet" \(.*\)\n$/],
    [
      known,
      ["phone", "--monitor", "2"],
      1,
      /has no monitor 2; it has 0 \(HDMI-1, 1920x1080\), 1 \(DP-2, 1280x1024\)\n$/,
    ],
    [known, ["phone", "--fps", "61"], 2, /--fps "61": not a whole number from 1 to 60\n$/],
    [known, ["phone", "--seconds", "2"], 2, /^edgemesh: --seconds is only for --save\n$/],
    [known, ["phone", "--save", "a.png"], 2, /^edgemesh: --save "a.png": the name must end in \.jpg or \.mjpeg\n$/],
    [known, ["phone", "--save", jpg, "--seconds", "2"], 2, /^edgemesh: --seconds is only for a \.mjpeg\n$/],
    [known, ["phone", "--save", "/nowhere/a.mjpeg"], 1, /^edgemesh: Cannot write \/nowhere\/a\.mjpeg: .*\n$/],
    // Before the device's user is asked.
    [
      { ...known, StartScreen: () => denied },
      ["phone", "--save", "/nowhere/a.jpg"],
      1,
      /^edgemesh: Cannot write \/nowhere\/a\.jpg: .*\n$/,
    ],
    [{ ...known, ListMonitors: () => refused }, ["phone"], 1, /^edgemesh: there is no display: DISPLAY is not set\n$/],
    [
      { ...known, StartScreen: () => denied },
      ["phone", "--save", jpg],
      1,
      /: the user of my laptop did not allow it\n$/,
    ],
    [
      { ListDeviceStates: known.ListDeviceStates ?? (() => ({})) },
      ["phone"],
      1,
      /^edgemesh: the agent is too old for showing screens: update it\n$/,
    ],
  ];
  for (const [answers, args, code, message] of cases) {
    await using agent = await CannedAgent.start(answers);
    const outcome = await screen(agent, ...args);
    assertMatch(outcome.stderr, message);
    assertEquals([args, outcome.code, outcome.stdout], [args, code, ""]);
  }
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("--save FILE.jpg keeps the first picture as it was sent, and ends the stream", async () => {
  await using sender = new Sender();
  await using agent = await CannedAgent.start(sender.answers);
  using folder = new TemporaryFolder();
  folder.write("a.jpg", "an older picture");
  const options = ["--fps", "15", "--quality", "70", "--monitor", "1"];
  const { code, stdout, stderr } = await screen(agent, "my laptop", "--save", folder.file("a.jpg"), ...options);
  assertEquals([code, stdout, stderr], [
    0,
    "",
    `edgemesh: saved 1 picture of my laptop, 1 kB, to ${folder.file("a.jpg")}\n`,
  ]);
  assertEquals(Deno.readFileSync(folder.file("a.jpg")), picture(1));
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["a.jpg"]);
  assertEquals(agent.requests("StartScreen"), [
    { device_id: LAPTOP, config: { target_fps: 15, jpeg_quality: 70, monitor_index: 1 }, video: "" },
  ]);
  assertEquals(agent.requests("StopScreen"), [{ stream_id: "s1" }]);
});

Deno.test("--save FILE.mjpeg keeps every picture in order, for so many seconds", async () => {
  await using sender = new Sender();
  await using agent = await CannedAgent.start(sender.answers);
  using folder = new TemporaryFolder();
  const path = folder.file("a.mjpeg");
  const { code, stdout } = await screen(agent, "my laptop", "--save", path, "--seconds", "2", "--json");
  const document = JSON.parse(stdout);
  const saved = Deno.readFileSync(path);
  assertEquals([code, document], [0, {
    file: path,
    frames: document.frames,
    bytes: saved.length,
    device_id: LAPTOP,
    device_name: "my laptop",
  }]);
  assert(document.frames > 1, `${document.frames} pictures`);
  let at = 0;
  for (let number = 1; number <= document.frames; number++) {
    const expected = picture(number % 200);
    assertEquals(saved.subarray(at, at + expected.length), expected);
    at += expected.length;
  }
  assertEquals(at, saved.length);
});

Deno.test("Ctrl-C is the normal end of saving a stream, and ends it on the device, too", async () => {
  await using sender = new Sender();
  await using agent = await CannedAgent.start(sender.answers);
  using folder = new TemporaryFolder();
  const path = folder.file("a.mjpeg");
  const child = startProgram(line(agent, "my laptop", "--save", path));
  await eventually(() => Promise.resolve(sizeOf(path) > 1000 || undefined), "some pictures");
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assertMatch(new TextDecoder().decode(stderr), /^edgemesh: saved \d+ pictures of my laptop, .* to .*a\.mjpeg\n$/);
  assertEquals([code, sender.stopped], [0, 1]);
});

Deno.test("Ctrl-C before anything came ends saving as it ends all commands", async () => {
  await using agent = await CannedAgent.start({ ...known, StartScreen: () => new Promise(() => {}) });
  using folder = new TemporaryFolder();
  const child = startProgram(line(agent, "my laptop", "--save", folder.file("a.jpg")));
  await agent.called("StartScreen");
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [130, ""]);
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("a stream that the device ends fails, and what was saved stays", async () => {
  await using sender = new Sender();
  await using agent = await CannedAgent.start(sender.answers);
  using folder = new TemporaryFolder();
  const path = folder.file("a.mjpeg");
  const running = screen(agent, "my laptop", "--save", path);
  await eventually(() => Promise.resolve(sizeOf(path) > 1000 || undefined), "some pictures");
  await sender.close();
  const { code, stderr } = await running;
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^edgemesh: saved \d+ pictures .*\nedgemesh: the (device ended the stream|connection to the device was lost)\n$/,
  );
  assert(sizeOf(path) > 1000);
});

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
