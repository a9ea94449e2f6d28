import { dirname } from "node:path";
import { delay } from "../../agent/core/abort.ts";
import { MeshError } from "../../agent/core/errors.ts";
import { bytes } from "../output/units.ts";
import { diskFailure, lookAt } from "./disk_failure.ts";
import type { AnswerHead, HttpExchange } from "./http_exchange.ts";
import type { MeshFiles, OpenedDownload } from "./mesh_files.ts";
import { PartialFile, type PartOf, removeRemains, taken } from "./partial_file.ts";
import { receiveInto } from "./receive_into.ts";
import { digestOf } from "./repr_digest.ts";
import type { Way, Ways } from "./ways.ts";

/** Transfers in a row that bring nothing, until it is given up. */
const MOST_VAIN = 3;

/** Time between two of them, in ms. */
const PAUSE_MS = 500;

/** Of smaller files the device makes the digest before it sends them, in bytes: that takes less time than to ask once more. */
const DIGEST_FIRST_BYTES = 8 * 1024 * 1024;

/** A file that is to be fetched. */
export interface DownloadOrder {
  readonly device_id: string;
  /** On the device. */
  readonly path: string;
  /** Here. */
  readonly file: string;
  /** Where it is kept until it is whole. */
  readonly part: string;
  /** As it was listed; undefined where it was not. */
  readonly listed: FileState | undefined;
}

interface FileState {
  readonly sizeBytes: number;
  /** Unix time in ms; 0 = unknown. */
  readonly modifiedAt: number;
}

/** Hears how far a file is. */
export interface DownloadProgress {
  /** @param here bytes of earlier attempts that are there */
  begins(sizeBytes: number, here: number): void;
  moved(bytes: number): void;
}

export interface DownloadParts {
  readonly mesh: Pick<MeshFiles, "openDownload" | "digest">;
  readonly ways: Ways;
  /** Whether a file that exists is replaced. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly progress: DownloadProgress;
}

/** A file that is here. */
export interface Downloaded {
  readonly sizeBytes: number;
  /** Undefined where the file was here before. */
  readonly way: Way | undefined;
  /** 64 hexadecimal digits; empty where the file was here before. */
  readonly sha256: string;
  /** Whether the device said the same; older ones say nothing. */
  readonly verified: boolean;
  /** Bytes that were here from an earlier attempt. */
  readonly resumedFrom: number;
}

/**
 * Fetches one file: into a partial file beside its place, from where the attempt before ended if it is still the same file, over as many
 * connections as it takes. It takes its place when its SHA-256 is the one that the device says.
 *
 * @throws {MeshError} in one line; what has come is kept
 */
export async function download(order: DownloadOrder, parts: DownloadParts): Promise<Downloaded> {
  for (let changes = 0;; changes++) {
    try {
      return await new Download(order, parts).run();
    } catch (error) {
      if (!(error instanceof BeginAnew) || changes === MOST_VAIN) throw error;
    }
  }
}

/** What has come is of no use. */
class BeginAnew extends MeshError {}

class Download {
  #way: Way | undefined;
  /** What the device says that the file's digest is; undefined where it cannot say it. */
  #expected: Promise<string | undefined> | undefined;

  constructor(private readonly order: DownloadOrder, private readonly parts: DownloadParts) {}

  async run(): Promise<Downloaded> {
    const { order, parts } = this;
    const { listed } = order;
    if (listed && await this.#isHere(listed)) return this.#wasHere(listed);
    await mkdir(dirname(order.file));
    const request = {
      device_id: order.device_id,
      path: order.path,
      digest: listed !== undefined && listed.sizeBytes <= DIGEST_FIRST_BYTES,
    };
    let state: OpenedDownload | undefined;
    const open = async (way: Way | "") => {
      const opened = await parts.mesh.openDownload({ ...request, way });
      if (state && state.etag !== opened.etag) throw new BeginAnew("FAILED_PRECONDITION", `${order.path} was changed`);
      state ??= opened;
      return opened;
    };
    // Asked for once before anything is written: what is not there leaves nothing behind here.
    const first = await open(parts.ways.preferred);
    const { sizeBytes } = first;
    const now = { sizeBytes, modifiedAt: first.modified_at };
    if (await this.#isHere(now)) return this.#wasHere(now);
    const of: PartOf = { device_id: order.device_id, path: order.path, etag: first.etag };
    await using partial = await PartialFile.open(order.file, of, sizeBytes, order.part);
    const resumedFrom = await partial.takeUp(parts.signal);
    parts.progress.begins(sizeBytes, resumedFrom);
    if (first.sha256 !== "") this.#expected = Promise.resolve(first.sha256);
    try {
      await this.#fetch(partial, sizeBytes, of, firstThen(first, open));
      const verified = await this.#verify(partial, of, resumedFrom > 0);
      const sha256 = partial.sha256;
      await partial.finish({ modifiedAt: first.modified_at, replace: parts.force });
      return { sizeBytes, way: this.#way, sha256, verified, resumedFrom };
    } catch (error) {
      throw kept(error, partial, sizeBytes);
    }
  }

  /** @throws {MeshError} ALREADY_EXISTS where another file has the name that may not be replaced */
  async #isHere({ sizeBytes, modifiedAt }: FileState): Promise<boolean> {
    const { file } = this.order;
    let found: Deno.FileInfo | undefined;
    try {
      found = await lookAt(file);
    } catch (error) {
      throw diskFailure("write", file, error);
    }
    if (!found) return false;
    if (found.isDirectory) throw new MeshError("ALREADY_EXISTS", `${file} is a folder here`);
    if (this.parts.force) return false;
    // Not every disk keeps times to the millisecond.
    const sameTime = modifiedAt > 0 && Math.abs((found.mtime?.getTime() ?? 0) - modifiedAt) < 2;
    if (found.isFile && found.size === sizeBytes && sameTime) return true;
    throw taken(file);
  }

  async #wasHere({ sizeBytes }: FileState): Promise<Downloaded> {
    const { part } = this.order;
    // Of an attempt that was ended between giving the file its name and tidying up.
    if (await lookAt(`${part}.etag`)) await removeRemains(part);
    this.parts.progress.begins(sizeBytes, sizeBytes);
    return { sizeBytes, way: undefined, sha256: "", verified: false, resumedFrom: sizeBytes };
  }

  async #fetch(
    partial: PartialFile,
    sizeBytes: number,
    of: PartOf,
    open: (way: Way | "") => Promise<OpenedDownload>,
  ): Promise<void> {
    const { ways, signal } = this.parts;
    for (let vain = 0; partial.length < sizeBytes;) {
      const before = partial.length;
      try {
        const { opened } = await ways.open(open, (exchange, token) => ask(exchange, token, partial.length, of.etag));
        using _opened = opened;
        this.#way = opened.way;
        this.#expect(opened.head, of);
        await this.#receive(opened.exchange, opened.head, partial, sizeBytes);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof MeshError) || error.code !== "UNAVAILABLE") throw error;
        vain = partial.length > before ? 0 : vain + 1;
        if (vain === MOST_VAIN) throw error;
        await delay(PAUSE_MS, signal);
      }
    }
  }

  /** What digest there must be: the device makes it while it sends. */
  #expect({ headers }: AnswerHead, { device_id, path, etag }: PartOf): void {
    const told = digestOf(headers);
    if (told !== undefined) this.#expected ??= Promise.resolve(told);
    this.#expected ??= this.parts.mesh.digest({ device_id, path, etag }).then(({ sha256 }) => sha256, (error) => {
      if (error instanceof MeshError && error.code === "UNIMPLEMENTED") return undefined;
      throw error;
    });
    // Whoever waits for it hears of its failure; until then, another one may come first.
    this.#expected.catch(() => {});
  }

  async #receive(exchange: HttpExchange, head: AnswerHead, partial: PartialFile, sizeBytes: number): Promise<void> {
    const { signal, progress } = this.parts;
    const { status, headers } = head;
    if (status === 206 || status === 200) {
      const begin = status === 200 ? 0 : Number(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1] ?? NaN);
      const length = Number(headers.get("content-length") ?? NaN);
      if (begin + length !== sizeBytes || (begin !== partial.length && begin !== 0)) throw foreign();
      if (begin !== partial.length) {
        await partial.beginAnew();
        progress.begins(sizeBytes, 0);
      }
      return await receiveInto(partial, exchange, { signal, onBytes: (count) => progress.moved(count) });
    }
    const said = (await exchange.text()).trim();
    if (status === 429 || status >= 500) throw new MeshError("UNAVAILABLE", `the device says: ${said} (${status})`);
    throw status === 416 ? new BeginAnew("FAILED_PRECONDITION", said) : foreign();
  }

  /** @returns false where the device is too old to say what it should be */
  async #verify(partial: PartialFile, of: PartOf, resumed: boolean): Promise<boolean> {
    const { mesh } = this.parts;
    // Everything was here already, or there is nothing.
    if (!this.#expected) this.#expect({ status: 200, headers: new Headers() }, of);
    let expected: string | undefined;
    try {
      expected = await this.#expected;
    } catch (error) {
      if (!(error instanceof MeshError) || error.code !== "UNAVAILABLE") throw error;
      const { device_id, path, etag } = of;
      expected = (await mesh.digest({ device_id, path, etag })).sha256;
    }
    if (expected === undefined || expected === "") return false;
    if (expected === partial.sha256) return true;
    await partial.discard();
    const message = `${this.order.path}: its SHA-256 is not the one that the device says: what came was removed`;
    throw resumed ? new BeginAnew("FAILED_PRECONDITION", message) : new MeshError("FAILED_PRECONDITION", message);
  }
}

async function ask(exchange: HttpExchange, token: string, from: number, etag: string): Promise<AnswerHead> {
  const range: Record<string, string> = from === 0
    ? {}
    : { range: `bytes=${from}-`, ...(etag === "" ? {} : { "if-range": etag }) };
  await exchange.request("GET", `/bulk/download/${encodeURIComponent(token)}`, range);
  return await exchange.head();
}

/** The tickets that there are already, then new ones. */
function firstThen(first: OpenedDownload, open: (way: Way | "") => Promise<OpenedDownload>) {
  let unused: OpenedDownload | undefined = first;
  return (way: Way | "") => {
    const given = unused;
    unused = undefined;
    return given ? Promise.resolve(given) : open(way);
  };
}

/** The failure, with what can be done where something of the file is kept. */
function kept(error: unknown, partial: PartialFile, sizeBytes: number): unknown {
  if (!(error instanceof MeshError) || error instanceof BeginAnew || partial.length === 0) return error;
  if (error.code === "FAILED_PRECONDITION" || error.code === "ALREADY_EXISTS") return error;
  const parts = `${bytes(partial.length)} of ${bytes(sizeBytes)} are kept in ${partial.path}`;
  return new MeshError(error.code, `${error.message}; ${parts}: the same command goes on`, { cause: error });
}

function foreign(): MeshError {
  return new MeshError("UNAVAILABLE", "the device's HTTP server does not answer as an agent's does");
}

async function mkdir(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw diskFailure("write", path, error);
  }
}
