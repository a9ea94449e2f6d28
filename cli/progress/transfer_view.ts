/** Shows on standard error how far files are. Ends with its scope. */
export interface TransferView extends AsyncDisposable {
  /** Says that the agent is away, until something moves again. */
  away(message: string): Promise<void> | void;
}
