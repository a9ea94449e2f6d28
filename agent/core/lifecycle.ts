/** Something that lives long: started once, in order, by the composition root, and stopped in reverse. */
export interface Component {
  readonly name: string;
  start(): Promise<void> | void;
  /** Idempotent; does nothing before `start`. */
  stop(): Promise<void> | void;
}

/**
 * Starts components in the order given and stops them in reverse. When one fails to start, those before it are stopped
 * and the failure is thrown.
 */
export class Lifecycle {
  readonly #started: Component[] = [];
  #stopping: Promise<void> | undefined;

  constructor(private readonly onStopError: (component: string, error: unknown) => void = () => {}) {}

  async start(components: readonly Component[]): Promise<void> {
    for (const component of components) {
      try {
        this.#started.push(component);
        await component.start();
      } catch (error) {
        await this.stop();
        throw error;
      }
    }
  }

  /** Stops what was started, last first. One component's failure does not keep the others running. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stopAll();
  }

  async #stopAll(): Promise<void> {
    for (let component = this.#started.pop(); component; component = this.#started.pop()) {
      try {
        await component.stop();
      } catch (error) {
        this.onStopError(component.name, error);
      }
    }
    this.#stopping = undefined;
  }
}
