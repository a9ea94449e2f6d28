// Encodes without end, for a test that ends it in between.
import { openJpegEncoder } from "./jpeg_encoder.ts";

/** The part of a worker's global scope that is used here. */
const scope = globalThis as unknown as { postMessage(message: string): void };

const encoder = await openJpegEncoder({ dataDir: "/nowhere", library: "turbojpeg" });
const [width, height] = [1920, 1080];
const picture = { data: new Uint8Array(width * height * 4), width, height, stride: width * 4 };
scope.postMessage("ready");
for (;;) await encoder.encode(picture, 80);
