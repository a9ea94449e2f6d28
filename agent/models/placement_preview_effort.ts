import { MeshError } from "../core/errors.ts";

/** Looks at one device for one task, at most, in one preview: 0.15 s of a core, as measured, 0.26 s at worst. */
const MAX_LOOKS = 3_000_000;

/** How much one preview has looked at: it holds up everything else meanwhile. */
export class PreviewEffort {
  #left = MAX_LOOKS;

  /**
   * @param looks at one device for one task, or what takes as long
   * @throws {MeshError} RESOURCE_EXHAUSTED when it has been too much
   */
  spend(looks: number): void {
    this.#left -= looks;
    if (this.#left >= 0) return;
    throw new MeshError(
      "RESOURCE_EXHAUSTED",
      "Cannot place the plan: its tasks and the devices of the mesh make too many cases to look at; preview a part of it",
    );
  }
}
