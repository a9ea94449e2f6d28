import { MeshError } from "../../core/errors.ts";
import type { Picture, Rectangle } from "../types.ts";

/** Part of a picture, in the same memory. @throws {MeshError} `INVALID_ARGUMENT` when it is not inside */
export function cut(picture: Picture, { x, y, width, height }: Rectangle): Picture {
  if (x < 0 || y < 0 || width < 1 || height < 1 || x + width > picture.width || y + height > picture.height) {
    const [part, whole] = [`${width}x${height}+${x}+${y}`, `${picture.width}x${picture.height}`];
    throw new MeshError("INVALID_ARGUMENT", `${part} is not inside the picture, which is ${whole}`);
  }
  const data = picture.data.subarray(y * picture.stride + x * 4);
  return { data, width, height, stride: picture.stride };
}
