/** Work that is done one at a time: what is asked for while it is under way is done once, afterwards. */
export class Coalesced {
  #running: Promise<void> | undefined;
  #again = false;

  /** @param onFailure hears what the work threw; nothing is begun after that */
  constructor(private readonly work: () => Promise<void>, private readonly onFailure: (error: unknown) => void) {}

  /** Asks for the work. */
  trigger(): void {
    this.#again = true;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.work();
      }
      this.#running = undefined;
    } catch (error) {
      this.onFailure(error);
    }
  }
}
