import type { MeshError } from "../../agent/core/errors.ts";
import { orAbort } from "../../agent/plans/or_abort.ts";
import type { StartScreenRequest } from "../../proto/gen/edgemesh/v1/StartScreenRequest.ts";
import type { MeshClient } from "../client.ts";
import { type PictureEvents, PictureReceiver } from "./picture_receiver.ts";
import type { SavedFile } from "./saved_file.ts";

/** Bytes of pictures that may wait to be written: a disk that is slower than the pictures loses some of them, not the memory. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

/** What was saved. */
export interface Saved {
  readonly frames: number;
  readonly bytes: number;
}

export interface SavingOptions {
  readonly client: MeshClient;
  readonly request: StartScreenRequest;
  readonly file: SavedFile;
  /** For so long after the first picture, in ms; undefined = until the signal. */
  readonly durationMs: number | undefined;
  /** Ends it, well, where the file takes more than one picture. */
  readonly signal: AbortSignal;
}

/**
 * Saves a device's pictures as they come: one, or as many as come in the time or until the signal.
 *
 * @param onSaved hears what was saved so far, also where it then fails
 * @throws {MeshError} where the stream is refused, breaks, or the file cannot be written
 */
export async function savePictures(options: SavingOptions, onSaved: (saved: Saved) => void): Promise<void> {
  const { client, request, signal } = options;
  const { stream_id, sdp } = await orAbort(client.mesh("StartScreen", request), signal);
  const saving = new Saving(options, onSaved);
  try {
    await using receiver = await PictureReceiver.answering(sdp, saving);
    await client.mesh("AnswerScreen", { stream_id, sdp: receiver.answer });
    await saving.done;
  } finally {
    saving.stop();
    // It ends by itself, too, when it finds its viewer gone.
    await client.mesh("StopScreen", { stream_id }).catch(() => {});
  }
}

/** Writes pictures one after the other. */
class Saving implements PictureEvents {
  readonly done: Promise<void>;
  readonly #end = Promise.withResolvers<void>();
  readonly #finish = () => {
    this.#stopped = true;
    this.#end.resolve(this.#writing);
  };
  readonly #interrupt = () => {
    if (this.#frames > 0 && !this.options.file.takesOne) this.#finish();
    else this.#end.reject(this.options.signal.reason);
  };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing = Promise.resolve();
  #waitingBytes = 0;
  #frames = 0;
  #bytes = 0;
  #stopped = false;

  constructor(private readonly options: SavingOptions, private readonly onSaved: (saved: Saved) => void) {
    this.done = this.#end.promise;
    // Whoever waits for it may be told of another failure first.
    this.done.catch(() => {});
    options.signal.addEventListener("abort", this.#interrupt, { once: true });
    if (options.signal.aborted) this.#interrupt();
  }

  onPicture(jpeg: Uint8Array): void {
    if (this.#stopped || this.#waitingBytes > MOST_WAITING_BYTES) return;
    const { file, durationMs } = this.options;
    if (file.takesOne) this.#stopped = true;
    else if (durationMs !== undefined) this.#timer ??= setTimeout(this.#finish, durationMs);
    this.#waitingBytes += jpeg.length;
    this.#writing = this.#writing.then(() => this.#write(jpeg));
    this.#writing.then(() => file.takesOne && this.#finish(), (error) => this.#end.reject(error));
  }

  onEnd(reason: MeshError): void {
    this.#writing.then(() => this.#end.reject(reason), () => {});
  }

  /** Takes nothing more. Idempotent. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.options.signal.removeEventListener("abort", this.#interrupt);
    this.onSaved({ frames: this.#frames, bytes: this.#bytes });
  }

  async #write(jpeg: Uint8Array): Promise<void> {
    await this.options.file.write(jpeg);
    this.#waitingBytes -= jpeg.length;
    this.#frames++;
    this.#bytes += jpeg.length;
  }
}
