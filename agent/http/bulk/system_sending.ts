/** What a connection is between, each as `endpoint` writes it. */
export interface Ends {
  readonly local: string;
  readonly remote: string;
}

/** A connection that the system sends files to by itself. */
export interface SystemChannel extends Disposable {
  /**
   * Sends bytes of a file, in no order with what is written to the connection otherwise: that must be done with.
   *
   * @param descriptor of the file
   * @returns how many bytes were taken; 0 where none could be for now, or at all
   */
  send(descriptor: number, position: number, count: number): Promise<number>;
}

/** Sending files without reading them: the system takes them to the connection itself. */
export interface SystemSending {
  /** Below this many bytes it gains nothing. */
  readonly worthwhile: number;
  /** Undefined where the connection cannot be found. */
  open(ends: Ends): SystemChannel | undefined;
  close(): void;
}
