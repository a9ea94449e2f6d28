import { assertEquals, assertThrows } from "../../../tests/assert.ts";
import { Figures } from "./page/figures.js";
import { findDevice } from "./page/find_device.js";
import { addressWith, readAddress } from "./page/page_address.js";

function device(deviceId: string, deviceName: string) {
  return { deviceId, deviceName, canScreenCapture: true };
}

Deno.test("the page's address names the device and what is asked for; what makes no sense counts as not said", () => {
  assertEquals(readAddress("http://a:1/screen/my%20laptop"), {
    device: "my laptop",
    picked: { fps: 8, quality: 60, monitor: 0 },
    video: "",
    actualSize: false,
  });
  assertEquals(readAddress("http://a:1/screen/3f2a?fps=15&quality=70&monitor=1&video=vp8&size=actual"), {
    device: "3f2a",
    picked: { fps: 15, quality: 70, monitor: 1 },
    video: "vp8",
    actualSize: true,
  });
  const nonsense = readAddress("http://a:1/screen/x?fps=61&quality=0&monitor=-1&video=h264&size=huge");
  assertEquals([nonsense.picked, nonsense.video, nonsense.actualSize], [
    { fps: 8, quality: 60, monitor: 0 },
    "",
    false,
  ]);
  assertEquals(
    addressWith("http://a:1/screen/x?fps=8&size=actual", { fps: 15 }),
    "http://a:1/screen/x?fps=15&size=actual",
  );
});

Deno.test("a device is found by its id, its name in any case, or the beginning of its id", () => {
  const devices = [device("aa11", "Laptop"), device("aa22", "phone"), device("bb33", "aa11x"), device("cc44", "aa22")];
  const found = (wanted: string) => findDevice(wanted, devices).deviceId;
  // A whole id comes before a name, and a name before the beginning of an id.
  assertEquals(["aa11", "LAPTOP", "aa11x", "bb", "aa22"].map(found), ["aa11", "aa11", "bb33", "bb33", "aa22"]);
  assertThrows(() => found("aa"), Error, "“aa” could be each of Laptop (aa11), phone (aa22).");
  assertThrows(() => found("tablet"), Error, "This mesh has no device “tablet”. It has Laptop (aa11), phone (aa22), ");
  assertThrows(() => findDevice("x", []), Error, "It has none.");
});

Deno.test("the figures are those of the last two seconds", () => {
  let now = 1000;
  const figures = new Figures(() => now);
  for (let frame = 0; frame < 10; frame++, now += 100) {
    figures.received(1000);
    figures.shown();
  }
  assertEquals([figures.frames, figures.fps, figures.bandwidth, figures.delay], [10, 5, 5000, undefined]);
  now += 2000;
  assertEquals([figures.frames, figures.fps, figures.bandwidth], [10, 0, 0]);
  figures.video({ frames: 4, bytes: 600 });
  figures.video({ frames: 6, bytes: 1000 });
  assertEquals([figures.frames, figures.fps, figures.bandwidth], [16, 3, 500]);
});

Deno.test("the delay is told by the sender's clock, as the shortest round trip shows it", () => {
  const figures = new Figures(() => 0);
  const ahead = 3_600_000;
  figures.clock(Date.now() - 5000, Date.now() + ahead);
  figures.clock(Date.now(), Date.now() + ahead);
  figures.shown(Date.now() + ahead - 70);
  const { delay = NaN } = figures;
  // A round trip that took five seconds would be wrong by seconds.
  assertEquals(Math.abs(delay - 70) < 1000, true, `${delay}`);
});
