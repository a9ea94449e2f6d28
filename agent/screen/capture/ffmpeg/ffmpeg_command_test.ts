import { MeshError } from "../../../core/errors.ts";
import { assertEquals, assertThrows } from "../../../../tests/assert.ts";
import { ffmpegArguments, type GrabCommand } from "./ffmpeg_command.ts";

const MONITOR = { index: 1, name: "HDMI-1", primary: false, x: 1920, y: 40, width: 1280, height: 1024 };

function line(command: Partial<GrabCommand>): string {
  return ffmpegArguments({
    os: "linux",
    monitor: MONITOR,
    display: ":7",
    rate: 30,
    drawPointer: true,
    ...command,
  }).join(" ");
}

const BEFORE = "-hide_banner -loglevel error -nostdin ";
const AFTER = " -vf scale=1280:1024,setpts=N/(30*TB) -an -pix_fmt bgr0 -f rawvideo pipe:1";

Deno.test("ffmpeg grabs one monitor's area of an X display", () => {
  const grab = "-grab_x 1920 -grab_y 40 -i :7";
  assertEquals(line({}), `${BEFORE}-f x11grab -framerate 30 -draw_mouse 1 -video_size 1280x1024 ${grab}${AFTER}`);
  assertEquals(
    line({ drawPointer: false, display: "host:1.0" }),
    `${BEFORE}-f x11grab -framerate 30 -draw_mouse 0 -video_size 1280x1024 ${grab.replace(":7", "host:1.0")}${AFTER}`,
  );
});

Deno.test("ffmpeg grabs one monitor's area of a Windows desktop", () => {
  const monitor = { ...MONITOR, x: -1280 };
  const offset = "-offset_x -1280 -offset_y 40 -i desktop";
  assertEquals(
    line({ os: "windows", monitor, drawPointer: false }),
    `${BEFORE}-f gdigrab -framerate 30 -draw_mouse 0 -video_size 1280x1024 ${offset}${AFTER}`,
  );
});

Deno.test("ffmpeg grabs one screen of a Mac", () => {
  const device = "-capture_cursor 1 -pixel_format bgr0 -i Capture screen 1:none";
  assertEquals(line({ os: "darwin" }), `${BEFORE}-f avfoundation -framerate 30 ${device}${AFTER}`);
});

Deno.test("ffmpeg without DISPLAY is refused with the reason", () => {
  assertThrows(() => line({ display: undefined }), MeshError, "DISPLAY is not set");
});
