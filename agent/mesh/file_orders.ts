import type {
  Download,
  FileAnswer,
  FileData,
  FileDigestRequest,
  FileOrder,
  FileRead,
  FileWrite,
  ListFilesRequest,
  OpenDownloadRequest,
  OpenUploadRequest,
} from "../../proto/messages.ts";
import { LinkedSignal } from "../core/abort.ts";
import { type ErrorCode, MeshError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { Interruption } from "../core/interruption.ts";
import type { FileLane } from "./file_lane.ts";
import { IncomingBytes } from "./incoming_bytes.ts";

/** What a device is asked of its files: one of the four. */
export type FileTask =
  | { readonly list: ListFilesRequest }
  | { readonly download: OpenDownloadRequest }
  | { readonly upload: OpenUploadRequest }
  | { readonly digest: FileDigestRequest };

/** Who wants something of a device's files, as its audit log is told. */
export interface FileCaller {
  readonly client_name: string;
  readonly peer: string;
}

export interface FileOrderOptions {
  readonly caller: FileCaller;
  readonly signal: AbortSignal;
}

/** A device's files, wherever it is. Everything throws the device's refusal, UNAVAILABLE when it is lost, CANCELLED on abort. */
export interface FileLink {
  ask(task: FileTask, options: FileOrderOptions): Promise<FileAnswer>;
  /** Bytes of a file, no faster than they are taken. Whoever leaves the loop ends the reading. */
  read(read: FileRead, options: FileOrderOptions): AsyncIterable<Uint8Array>;
  /**
   * Puts bytes into the device's inbox.
   *
   * @param pieces taken only once the device takes them, and no faster
   * @returns whether the file is complete
   */
  write(write: FileWrite, pieces: AsyncIterable<Uint8Array>, options: FileOrderOptions): Promise<boolean>;
}

/** What goes down the stream for orders, but for the bytes themselves. */
export type FileOrderItem =
  | { readonly fileOrder: FileOrder }
  | { readonly cancelFileOrder: string }
  | { readonly fileCredit: { readonly order_id: string; readonly size_bytes: number } };

interface Pending {
  readonly resolve: (answer: FileAnswer) => void;
  readonly reject: (error: unknown) => void;
  readonly incoming: IncomingBytes | undefined;
}

/** The orders for one device's files that it has not answered. */
export class FileOrders implements FileLink {
  readonly #pending = new Map<string, Pending>();

  /**
   * @param put puts something on the stream
   * @param lane what bytes go down by
   * @param requireAble throws when the device cannot be given an order now
   */
  constructor(
    private readonly put: (item: FileOrderItem) => void,
    private readonly lane: FileLane,
    private readonly requireAble: () => void,
  ) {}

  async ask(task: FileTask, options: FileOrderOptions): Promise<FileAnswer> {
    return await this.#give(newId(), task, options);
  }

  async *read(read: FileRead, { caller, signal }: FileOrderOptions): AsyncGenerator<Uint8Array, void, void> {
    const orderId = newId();
    const give = (size_bytes: number) => this.put({ fileCredit: { order_id: orderId, size_bytes } });
    const incoming = new IncomingBytes(read.end - read.begin, give);
    using run = new LinkedSignal(signal);
    const answered = this.#give(orderId, { read }, { caller, signal: run.signal }, incoming);
    answered.catch((error) => incoming.fail(error));
    incoming.start();
    try {
      yield* incoming;
      await answered;
    } finally {
      run.abort(leftError());
    }
  }

  async write(write: FileWrite, pieces: AsyncIterable<Uint8Array>, options: FileOrderOptions): Promise<boolean> {
    const orderId = newId();
    using run = new LinkedSignal(options.signal);
    const outgoing = this.lane.open(orderId);
    const answered = this.#give(orderId, { write }, { caller: options.caller, signal: run.signal });
    const refusal = new Interruption();
    answered.catch((error) => {
      refusal.interrupt(error);
      outgoing.fail(error);
    });
    const iterator = pieces[Symbol.asyncIterator]();
    const next = () => refusal.wait(iterator.next());
    try {
      for (let piece = await next(); !piece.done; piece = await next()) await outgoing.send(piece.value);
      return (await answered).done?.whole ?? false;
    } finally {
      outgoing.close();
      run.abort(leftError());
      // Not waited for: it may itself wait for a piece that never comes.
      iterator.return?.().catch(() => {/* whoever sends it is gone, and heard of it */});
    }
  }

  /** Takes what the device answered to an order; of one that nobody waits for, nothing. */
  answer(answer: FileAnswer): void {
    const pending = this.#pending.get(answer.order_id);
    if (!pending) return;
    if (answer.error_code) pending.reject(errorOf(answer));
    else pending.resolve(answer);
  }

  data({ order_id, data }: FileData): void {
    this.#pending.get(order_id)?.incoming?.receive(data);
  }

  /** The device is gone: nothing will be answered. */
  fail(error: MeshError): void {
    for (const pending of [...this.#pending.values()]) pending.reject(error);
  }

  #give(
    order_id: string,
    task: FileTask | { readonly read: FileRead } | { readonly write: FileWrite },
    { caller, signal }: FileOrderOptions,
    incoming?: IncomingBytes,
  ): Promise<FileAnswer> {
    return new Promise<FileAnswer>((resolve, reject) => {
      this.requireAble();
      if (signal.aborted) throw abortError(signal);
      const onAbort = () => {
        this.put({ cancelFileOrder: order_id });
        settled();
        reject(abortError(signal));
      };
      const settled = () => {
        this.#pending.delete(order_id);
        signal.removeEventListener("abort", onAbort);
      };
      signal.addEventListener("abort", onAbort);
      this.#pending.set(order_id, {
        incoming,
        resolve: (answer) => (settled(), resolve(answer)),
        reject: (error) => (settled(), reject(error)),
      });
      this.put({ fileOrder: { order_id, ...NOTHING, ...caller, ...task } });
    });
  }
}

const NOTHING = { list: null, download: null, upload: null, digest: null, read: null, write: null };

/** What a device may answer of its files; anything else is its own fault. */
const CODES: readonly ErrorCode[] = [
  "CANCELLED",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "UNIMPLEMENTED",
  "UNAVAILABLE",
];

function errorOf({ error_code, error_message }: FileAnswer): MeshError {
  const message = error_message || "the device failed with its files, without a reason";
  return new MeshError(CODES.find((known) => known === error_code) ?? "INTERNAL", message);
}

function abortError({ reason }: AbortSignal): MeshError {
  return reason instanceof MeshError ? reason : leftError();
}

function leftError(): MeshError {
  return new MeshError("CANCELLED", "the caller went away");
}

/** A download as it is told, of which some fields are not known. */
export function download(part: Partial<Download>): Download {
  return {
    ticket: null,
    http_addr: "",
    relay_token: "",
    relay_addr: "",
    etag: "",
    sha256: "",
    modified_at: 0,
    device_id: "",
    device_name: "",
    ...part,
  };
}
