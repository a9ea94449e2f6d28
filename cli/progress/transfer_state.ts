/** One file that is under way. */
export interface RunningFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** With those of earlier attempts. */
  readonly doneBytes: number;
}

/** How far a transfer of files is: what is drawn while it runs. */
export class TransferState {
  /** Files that are to be transferred. */
  files = 0;
  /** Bytes of all of them, as far as that is known. */
  sizeBytes = 0;
  doneFiles = 0;
  failedFiles = 0;
  /** Bytes that moved since it began: what a rate is measured by. */
  movedBytes = 0;
  readonly #running = new Set<FileTransfer>();
  #endedBytes = 0;

  /** A file is to be transferred. */
  expect(sizeBytes: number): void {
    this.files++;
    this.sizeBytes += sizeBytes;
  }

  /** An expected file is begun. */
  begin(name: string, sizeBytes: number): FileTransfer {
    const file = new FileTransfer(this, name, sizeBytes);
    this.#running.add(file);
    return file;
  }

  /** A file that was begun has ended. */
  end(file: FileTransfer, succeeded: boolean): void {
    this.#running.delete(file);
    // What failed counts as if it were done: nothing of it is still to come.
    this.#endedBytes += file.sizeBytes;
    if (succeeded) this.doneFiles++;
    else this.failedFiles++;
  }

  /** Those that are under way, in the order in which they began. */
  get running(): readonly RunningFile[] {
    return [...this.#running];
  }

  /** Bytes that are there, with those of earlier attempts. */
  get doneBytes(): number {
    return [...this.#running].reduce((sum, file) => sum + file.doneBytes, this.#endedBytes);
  }
}

/** A file that is under way, as whoever transfers it tells. */
export class FileTransfer implements RunningFile {
  #doneBytes = 0;

  constructor(private readonly state: TransferState, readonly name: string, private size: number) {}

  get sizeBytes(): number {
    return this.size;
  }

  get doneBytes(): number {
    return this.#doneBytes;
  }

  /**
   * Its bytes begin to move, or do so anew.
   *
   * @param there bytes of it that have moved before
   */
  begins(sizeBytes: number, there: number): void {
    this.state.sizeBytes += sizeBytes - this.size;
    this.size = sizeBytes;
    this.#doneBytes = there;
  }

  moved(bytes: number): void {
    this.#doneBytes += bytes;
    this.state.movedBytes += bytes;
  }
}
