import { TemporaryFolder } from "../../../tests/processes.ts";
import { Digests } from "../../files/digests.ts";
import { DownloadTickets, type SharedFileSubject } from "../../files/download_tickets.ts";
import { Share } from "../../files/share.ts";
import { Tickets } from "../../files/tickets.ts";
import { MemoryStore } from "../../store/memory_store.ts";
import { HttpServer } from "../http_server.ts";
import { DownloadRoute } from "./download_route.ts";
import { linuxSending } from "./linux_sending.ts";
import { sharedFiles } from "./shared_files.ts";

/** How files are sent. */
export type Way = "by the system" | "read and written";

/** A server of downloads from a folder of its own, for tests. */
export class DownloadRig implements AsyncDisposable {
  readonly digests = new Digests();
  readonly share: Share;
  readonly #tickets: Tickets<SharedFileSubject>;
  readonly #downloads: DownloadTickets;
  readonly #server: HttpServer;
  readonly #system: ReturnType<typeof linuxSending>;
  /** What its clock shows, in ms since 1970; undefined = the time. */
  at: number | undefined;

  private constructor(readonly folder: TemporaryFolder, way: Way) {
    const now = () => this.at ?? Date.now();
    this.share = new Share(folder.path);
    this.#tickets = new Tickets<SharedFileSubject>({ store: new MemoryStore(), ttlMs: 60_000, now });
    this.#downloads = new DownloadTickets("file", this.share, this.#tickets);
    this.#system = way === "by the system" ? linuxSending() : undefined;
    const { share, digests } = this;
    const sources = { file: sharedFiles({ share, digests, system: this.#system }) };
    const route = new DownloadRoute({ tickets: this.#tickets, sources, now });
    this.#server = new HttpServer({ host: "127.0.0.1", port: 0 }, [route]);
  }

  static async start(way: Way = "by the system"): Promise<DownloadRig> {
    const rig = new DownloadRig(new TemporaryFolder(), way);
    await rig.#tickets.start();
    await rig.#server.start();
    return rig;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Tickets that were not used yet. */
  get open(): number {
    return this.#tickets.size;
  }

  /** Where a file of the folder can be downloaded once. */
  async address(path: string): Promise<string> {
    return this.addressOf((await this.#downloads.create(path)).token);
  }

  addressOf(token: string): string {
    return `http://127.0.0.1:${this.port}/bulk/download/${token}`;
  }

  /** Asks for a file of the folder with a ticket of its own. */
  async get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
    return await fetch(await this.address(path), { headers, method });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    this.#tickets.stop();
    this.#system?.close();
    this.folder[Symbol.dispose]();
  }
}

/** Bytes of which no two places look alike. */
export function unlikeBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  let state = 1;
  for (let at = 0; at < count; at++) {
    // Xorshift, 32 bits.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}
