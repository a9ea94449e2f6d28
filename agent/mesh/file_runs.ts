import type {
  Download,
  FileAnswer,
  FileCredit,
  FileData,
  FileDigestRequest,
  FileDigestResponse,
  FileOrder,
  FileRead,
  FileReport,
  FileWrite,
  ListFilesRequest,
  ListFilesResponse,
  OpenDownloadRequest,
  OpenUploadRequest,
  Upload,
} from "../../proto/messages.ts";
import { LinkedSignal } from "../core/abort.ts";
import { MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { logger } from "../core/log.ts";
import { fileAnswer } from "./batches.ts";
import type { FileLane } from "./file_lane.ts";
import type { FileCaller } from "./file_orders.ts";
import { IncomingBytes } from "./incoming_bytes.ts";
import { RunningCount } from "./running_count.ts";

const log = logger("worker");

/** Orders of one coordinator at once, at most: each may hold a file open. */
const MAX_ORDERS = 256;

/** What a device does with its files. Every method throws a {@link MeshError} with the reason. */
export interface FileHost {
  list(request: ListFilesRequest, caller: FileCaller, signal: AbortSignal): Promise<ListFilesResponse>;
  download(request: OpenDownloadRequest, caller: FileCaller, signal: AbortSignal): Promise<Download>;
  upload(request: OpenUploadRequest, caller: FileCaller, signal: AbortSignal): Promise<Upload>;
  digest(request: FileDigestRequest, signal: AbortSignal): Promise<FileDigestResponse>;
  /** Bytes of a file, as they are asked for. Fails when it is not in the state that was named, or is cut short. */
  read(read: FileRead): AsyncIterable<Uint8Array>;
  /** Puts bytes into the inbox. @returns whether the file is complete */
  write(
    write: FileWrite,
    pieces: AsyncIterable<Uint8Array>,
    caller: FileCaller,
    signal: AbortSignal,
  ): Promise<boolean>;
  report(): FileReport;
}

/** What goes up the stream for orders, but for the bytes themselves. */
export type FileRunItem = { readonly fileAnswer: FileAnswer } | { readonly fileCredit: FileCredit };

interface Run {
  readonly signal: LinkedSignal;
  readonly incoming: IncomingBytes | undefined;
}

/** Orders of one coordinator for this device's files. Their callers are gone when the stream is. */
export class FileRuns {
  readonly #runs = new Map<string, Run>();
  readonly running = new RunningCount();

  /**
   * @param files undefined where there are none
   * @param put puts something on the stream, with its rough size in bytes
   * @param lane what bytes go up by
   */
  constructor(
    private readonly files: FileHost | undefined,
    private readonly put: (item: FileRunItem, bytes: number) => void,
    private readonly lane: FileLane,
  ) {}

  /** Null where this device has no files to speak of. */
  report(): FileReport | null {
    return this.files?.report() ?? null;
  }

  async begin(order: FileOrder): Promise<void> {
    const { order_id } = order;
    if (this.#runs.has(order_id)) return;
    using signal = new LinkedSignal();
    const incoming = order.write ? this.#incoming(order_id, order.write) : undefined;
    this.#runs.set(order_id, { signal, incoming });
    this.running.begin();
    try {
      const result = await this.#run(order, signal.signal, incoming);
      this.#answer(order_id, result, 512 + 256 * (result.list?.entries.length ?? 0));
    } catch (error) {
      this.#answer(order_id, failureOf(signal.signal.aborted ? signal.signal.reason : error), 256);
    } finally {
      this.#runs.delete(order_id);
      this.running.end();
    }
  }

  data({ order_id, data }: FileData): void {
    this.#runs.get(order_id)?.incoming?.receive(data);
  }

  /** Nobody wants the order any more. */
  cancel(orderId: string): void {
    this.#abort(this.#runs.get(orderId), new MeshError("CANCELLED", "the caller went away"));
  }

  stop(reason: string): void {
    for (const run of this.#runs.values()) this.#abort(run, new MeshError("UNAVAILABLE", reason));
  }

  #abort(run: Run | undefined, reason: MeshError): void {
    run?.signal.abort(reason);
    run?.incoming?.fail(reason);
  }

  #answer(orderId: string, result: Partial<FileAnswer>, bytes: number): void {
    this.put({ fileAnswer: fileAnswer(orderId, result) }, bytes);
  }

  #incoming(order_id: string, { begin, end }: FileWrite): IncomingBytes {
    return new IncomingBytes(end - begin, (size_bytes) => this.put({ fileCredit: { order_id, size_bytes } }, 64));
  }

  async #run(order: FileOrder, signal: AbortSignal, incoming?: IncomingBytes): Promise<Partial<FileAnswer>> {
    const { files } = this;
    if (!files) throw new MeshError("FAILED_PRECONDITION", "this device has no files for the mesh");
    if (this.#runs.size > MAX_ORDERS) {
      throw new MeshError("UNAVAILABLE", `the device does ${MAX_ORDERS} things with its files already: try again soon`);
    }
    const { list, download, upload, digest, read, write, client_name, peer } = order;
    const caller = { client_name, peer };
    if (list) return { list: await files.list(list, caller, signal) };
    if (download) return { download: await files.download(download, caller, signal) };
    if (upload) return { upload: await files.upload(upload, caller, signal) };
    if (digest) return { digest: await files.digest(digest, signal) };
    if (read) return { done: await this.#send(order.order_id, files.read(read), signal) };
    if (write && incoming) return { done: { whole: await files.write(write, granted(incoming), caller, signal) } };
    throw new MeshError("UNIMPLEMENTED", "this device does not know what is asked of its files");
  }

  /** The next piece is read while one is on its way. */
  async #send(orderId: string, pieces: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    const outgoing = this.lane.open(orderId);
    const onAbort = () => outgoing.fail(signal.reason);
    signal.addEventListener("abort", onAbort);
    const iterator = pieces[Symbol.asyncIterator]();
    let sending = Promise.resolve();
    try {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        await sending;
        signal.throwIfAborted();
        sending = outgoing.send(next.value);
        // It is waited for in a moment.
        sending.catch(() => {});
      }
      await sending;
      return { whole: true };
    } finally {
      signal.removeEventListener("abort", onAbort);
      outgoing.close();
      await iterator.return?.();
    }
  }
}

/** Bytes that are let come only once somebody takes them: of what is refused, none. */
async function* granted(incoming: IncomingBytes): AsyncGenerator<Uint8Array, void, void> {
  incoming.start();
  yield* incoming;
}

function failureOf(error: unknown): Partial<FileAnswer> {
  if (error instanceof MeshError) return { error_code: error.code, error_message: error.message };
  const id = newId().slice(0, 8);
  log.error("an order for files failed unexpectedly ({id}): {error}", { id, error });
  return { error_code: "INTERNAL", error_message: `internal error ${id} on the device; its log says more` };
}
