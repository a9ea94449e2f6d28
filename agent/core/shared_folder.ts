import { MeshError } from "./errors.ts";

/** The shared folder's real path, looked up once: each look-up costs a command 0.1 ms. */
export class SharedFolder {
  #real: string | undefined;

  constructor(private readonly given: string) {}

  /** @throws {MeshError} `FAILED_PRECONDITION` when there is no such folder */
  async path(): Promise<string> {
    if (this.#real !== undefined) return this.#real;
    try {
      const real = await Deno.realPath(this.given);
      if (!(await Deno.stat(real)).isDirectory) throw new Error("not a folder");
      return this.#real = real;
    } catch (cause) {
      throw new MeshError(
        "FAILED_PRECONDITION",
        "the shared folder of this device cannot be opened: its owner has to create it or pass another with --share",
        { cause },
      );
    }
  }

  /** Looks it up anew next time: it may have been moved. */
  forget(): void {
    this.#real = undefined;
  }
}
