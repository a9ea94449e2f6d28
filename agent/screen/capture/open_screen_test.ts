import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { Xvfb, XVFB_MISSING } from "../../../tests/screen/xvfb.ts";
import { MeshError } from "../../core/errors.ts";
import type { Monitor, Picture, ScreenSource } from "../types.ts";
import type { BackendName, CaptureBackend, CaptureEnvironment } from "./backend.ts";
import { openScreen } from "./open_screen.ts";

const MONITOR: Monitor = { index: 0, name: "one", primary: true, x: 0, y: 0, width: 4, height: 2 };

function environment(os: CaptureEnvironment["os"], variables: Record<string, string> = {}): CaptureEnvironment {
  return { os, variable: (name) => variables[name] };
}

/** A way to capture that fails as it is told, and counts what is open. */
class Way implements CaptureBackend {
  opened = 0;
  #attempts = 0;

  constructor(
    readonly name: BackendName,
    private readonly fault?:
      | "excluded"
      | "does not open"
      | "opens late"
      | "no monitor"
      | "no picture"
      | "half a picture",
  ) {}

  excluded(): string | undefined {
    return this.fault === "excluded" ? "it is excluded" : undefined;
  }

  open(): Promise<ScreenSource> {
    const isLate = this.fault === "opens late" && this.#attempts++ === 0;
    if (this.fault === "does not open" || isLate) {
      return Promise.reject(new MeshError("UNAVAILABLE", "it does not open"));
    }
    this.opened++;
    return Promise.resolve({
      backend: this.name,
      monitors: () => Promise.resolve(this.fault === "no monitor" ? [] : [MONITOR]),
      changes: () => Promise.resolve(undefined),
      grab: () => this.#grab(),
      cursor: () => Promise.resolve(undefined),
      close: () => {
        this.opened--;
        return Promise.resolve();
      },
    });
  }

  #grab(): Promise<Picture> {
    if (this.fault === "no picture") return Promise.reject(new MeshError("UNAVAILABLE", "the screen is locked"));
    const data = new Uint8Array(this.fault === "half a picture" ? 16 : 32);
    return Promise.resolve({ data, width: 4, height: 2, stride: 16 });
  }
}

Deno.test("the first way that delivers a picture is taken, and what was tried before is given back", async () => {
  const wayland = new Way("wayland", "no picture");
  const x11 = new Way("x11");
  const ffmpeg = new Way("ffmpeg");
  const backends = [ffmpeg, x11, wayland];
  const { source, passedOver } = await openScreen({ capture: "auto", environment: environment("linux"), backends });
  assertEquals(source.backend, "x11");
  assertEquals(passedOver, ["wayland: the screen is locked"]);
  assertEquals([wayland.opened, x11.opened, ffmpeg.opened], [0, 1, 0]);
});

Deno.test("a way that was asked for is the only one that is tried", async () => {
  const backends = [new Way("x11"), new Way("ffmpeg"), new Way("macos", "excluded")];
  const { source } = await openScreen({ capture: "ffmpeg", environment: environment("linux"), backends });
  assertEquals(source.backend, "ffmpeg");
  const refused = openScreen({ capture: "macos", environment: environment("linux"), backends });
  await assertRejects(() => refused, MeshError, "Cannot capture this screen (macos: it is excluded)");
});

Deno.test("where nothing works, one line says for each way what was in the way", async () => {
  const backends = [
    new Way("wayland", "excluded"),
    new Way("x11", "does not open"),
    new Way("ffmpeg", "half a picture"),
  ];
  const opening = openScreen({ capture: "auto", environment: environment("linux"), backends });
  const error = await assertRejects(() => opening, MeshError);
  assertEquals(error.code, "FAILED_PRECONDITION");
  assertEquals(
    error.message,
    "Cannot capture this screen (wayland: it is excluded; x11: it does not open; ffmpeg: a picture of 4x2 is not whole)",
  );
  assertEquals(backends.map((way) => way.opened), [0, 0, 0]);
});

Deno.test("a desktop that comes up while it is looked for is not left to ffmpeg", async () => {
  const [wayland, x11, ffmpeg] = [new Way("wayland", "excluded"), new Way("x11", "opens late"), new Way("ffmpeg")];
  const backends = [wayland, x11, ffmpeg];
  const { source, passedOver } = await openScreen({ capture: "auto", environment: environment("linux"), backends });
  assertEquals(source.backend, "x11");
  assertEquals(passedOver, ["wayland: it is excluded"]);
  assertEquals([x11.opened, ffmpeg.opened], [1, 0]);
});

Deno.test("what nothing else can capture is left to ffmpeg", async () => {
  const [x11, ffmpeg] = [new Way("x11", "no picture"), new Way("ffmpeg")];
  const opening = openScreen({ capture: "auto", environment: environment("linux"), backends: [x11, ffmpeg] });
  const { source, passedOver } = await opening;
  assertEquals([source.backend, ...passedOver], ["ffmpeg", "x11: the screen is locked"]);
  assertEquals([x11.opened, ffmpeg.opened], [0, 1]);
});

Deno.test("ways of other systems are not spoken of", async () => {
  const names: BackendName[] = ["wayland", "x11", "macos", "windows", "ffmpeg"];
  const backends = names.map((name) => new Way(name, "no monitor"));
  const tried = async (os: CaptureEnvironment["os"]) => {
    const opening = openScreen({ capture: "auto", environment: environment(os), backends });
    const { message } = await assertRejects(() => opening, MeshError);
    return names.filter((name) => message.includes(`${name}: it has no monitor`));
  };
  assertEquals(await tried("linux"), ["wayland", "x11", "ffmpeg"]);
  assertEquals(await tried("darwin"), ["macos", "ffmpeg"]);
  assertEquals(await tried("windows"), ["windows", "ffmpeg"]);
});

Deno.test("whoever gave up hears so, and nothing stays open", async () => {
  const x11 = new Way("x11");
  const opening = openScreen({
    capture: "auto",
    environment: environment("linux"),
    backends: [x11],
    signal: AbortSignal.abort(new MeshError("CANCELLED", "enough")),
  });
  assertEquals((await assertRejects(() => opening, MeshError)).code, "CANCELLED");
  assertEquals(x11.opened, 0);
});

Deno.test("a device without a display says that DISPLAY is not set", async () => {
  const opening = openScreen({ capture: "x11", environment: environment("linux") });
  await assertRejects(() => opening, MeshError, "Cannot capture this screen (x11: DISPLAY is not set)");
});

Deno.test({ name: "a real display is opened by its variable", ignore: XVFB_MISSING !== undefined }, async () => {
  await using server = await Xvfb.start({ width: 320, height: 200 });
  const { source } = await openScreen({
    capture: "auto",
    environment: environment("linux", { DISPLAY: server.display }),
  });
  assertEquals(source.backend, "x11-shm");
  await source.close();
});
