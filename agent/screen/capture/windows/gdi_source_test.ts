import { MeshError } from "../../../core/errors.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../../tests/assert.ts";
import { FakeWindows } from "../../../../tests/screen/fake_windows.ts";
import { GdiSource } from "./gdi_source.ts";
import { windowsBackend } from "./windows_backend.ts";

const ATTACHED = 1;
const PRIMARY = 4;
const MIRRORING = 8;

function windows(): FakeWindows {
  const library = new FakeWindows();
  library.displays = [
    { name: "\\\\.\\DISPLAY1", flags: ATTACHED, place: [-100, 20, 100, 50] },
    { name: "\\\\.\\DISPLAY2", flags: ATTACHED | PRIMARY, place: [0, 0, 200, 80] },
    { name: "\\\\.\\DISPLAY3", flags: 0, place: [0, 0, 9, 9] },
    { name: "\\\\.\\MIRROR", flags: ATTACHED | MIRRORING, place: [0, 0, 9, 9] },
  ];
  return library;
}

Deno.test("Windows: the monitors that are on, the primary one first, left of it, too", async () => {
  const source = new GdiSource(windows());
  assertEquals(await source.monitors(), [
    { index: 0, name: "DISPLAY2", primary: true, x: 0, y: 0, width: 200, height: 80 },
    { index: 1, name: "DISPLAY1", primary: false, x: -100, y: 20, width: 100, height: 50 },
  ]);
  const { code } = await assertRejects(() => new GdiSource(new FakeWindows()).monitors(), MeshError);
  assertEquals(code, "UNAVAILABLE");
});

Deno.test("Windows: the area that was asked for of each monitor, and nothing is kept", async () => {
  const library = windows();
  const source = new GdiSource(library);
  const [first, second] = await source.monitors();
  assert(first && second);
  const picture = await source.grab(first, { x: 30, y: 40, width: 20, height: 10 });
  assertEquals([picture.width, picture.height, picture.stride], [20, 10, 800]);
  const last = 9 * picture.stride + 19 * 4;
  assertEquals([...picture.data.subarray(0, 2), ...picture.data.subarray(last, last + 2)], [30, 40, 49, 49]);
  const handles = library.live.size;
  const other = await source.grab(second, { x: 99, y: 0, width: 1, height: 1 });
  assertEquals([other.stride, ...other.data.subarray(0, 2)], [400, 255, 20]);
  assertEquals(library.live.size, handles);
  assertEquals(await source.changes(), undefined);
  await source.close();
  await source.close();
  assertEquals(library.live.size, 0);
  for (const call of [() => source.grab(first, first), () => source.monitors(), () => source.cursor()]) {
    assertEquals((await assertRejects(call, MeshError)).code, "UNAVAILABLE");
  }
});

Deno.test("Windows: a screen that is locked, or a session without a desktop, is unavailable", async () => {
  for (const failing of ["GetDC", "CreateCompatibleDC", "CreateDIBSection", "BitBlt"] as const) {
    const library = windows();
    const source = new GdiSource(library);
    const [monitor] = await source.monitors();
    assert(monitor);
    library.failing.add(failing);
    const { code, message } = await assertRejects(() => source.grab(monitor, monitor), MeshError);
    assertEquals(code, "UNAVAILABLE");
    assertStringIncludes(message, `${failing} failed`);
    await source.close();
    assertEquals(library.live.size, 0);
  }
});

Deno.test("Windows: the pointer, with alpha, with a mask, and in black and white", async () => {
  const library = windows();
  const source = new GdiSource(library);
  assertEquals(await source.cursor(), undefined);
  const white = [255, 255, 255, 0];
  const black = [0, 0, 0, 0];
  library.icons.set(1n, {
    hot: [1, 2],
    mask: { width: 2, height: 1, bgra: [...black, ...white] },
    color: { width: 2, height: 1, bgra: [10, 20, 30, 128, 1, 2, 3, 0] },
  });
  library.icons.set(2n, {
    hot: [0, 0],
    mask: { width: 2, height: 1, bgra: [...black, ...white] },
    color: { width: 2, height: 1, bgra: [10, 20, 30, 0, 0, 0, 0, 0] },
  });
  library.icons.set(3n, {
    hot: [0, 0],
    mask: {
      width: 4,
      height: 2,
      bgra: [...black, ...black, ...white, ...white, ...black, ...white, ...black, ...white],
    },
    color: undefined,
  });
  const look = async (handle: bigint) => {
    library.cursor = { flags: 1, handle, x: -7, y: 8 };
    return await source.cursor();
  };
  const first = await look(1n);
  assertEquals([first?.x, first?.y, first?.shape.hotX, first?.shape.hotY], [-7, 8, 1, 2]);
  assertEquals([...first?.shape.rgba ?? []], [30, 20, 10, 128, 3, 2, 1, 0]);
  assertEquals((await look(1n))?.shape.serial, first?.shape.serial);
  const second = await look(2n);
  assert(second?.shape.serial !== first?.shape.serial);
  assertEquals([...second?.shape.rgba ?? []], [30, 20, 10, 255, 0, 0, 0, 0]);
  const third = (await look(3n))?.shape;
  assertEquals([third?.width, third?.height], [4, 1]);
  assertEquals([...third?.rgba ?? []], [0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 255]);
  assertEquals(await look(4n), undefined);
  library.cursor = { flags: 0, handle: 1n, x: 0, y: 0 };
  assertEquals(await source.cursor(), undefined);
  assertEquals(library.live.size, 0);
});

Deno.test({
  name: "GDI is said to be missing where it is",
  ignore: Deno.build.os === "windows",
  async fn() {
    const environment = { os: "linux" as const, variable: () => undefined };
    assertEquals(windowsBackend.excluded(environment), "it captures only on Windows");
    await assertRejects(() => windowsBackend.open({ environment }), MeshError, "GDI cannot be used");
  },
});
