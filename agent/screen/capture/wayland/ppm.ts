import { MeshError } from "../../../core/errors.ts";
import type { Picture } from "../../types.ts";

/** A picture in the format PPM (`P6`, 8 bits a colour), as `grim -t ppm` writes it. @throws {MeshError} `UNAVAILABLE` when it is none */
export function readPpm(bytes: Uint8Array): Picture {
  const head = /^P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s/.exec(new TextDecoder("latin1").decode(bytes.subarray(0, 64)));
  const [width, height] = [Number(head?.[1]), Number(head?.[2])];
  const from = head?.[0].length ?? 0;
  if (!head || bytes.length - from < width * height * 3) {
    throw new MeshError("UNAVAILABLE", `grim wrote no picture, but ${bytes.length} bytes that are none`);
  }
  const pixels = new Uint32Array(width * height);
  for (let pixel = 0, at = from; pixel < pixels.length; pixel++, at += 3) {
    // Inside the array: its length was checked.
    pixels[pixel] = bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
  }
  return { data: new Uint8Array(pixels.buffer), width, height, stride: width * 4 };
}
