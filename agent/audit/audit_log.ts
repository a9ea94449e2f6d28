import { join } from "node:path";
import type { Component } from "../core/lifecycle.ts";
import { logger } from "../core/log.ts";
import { ioReason } from "../config/io_reason.ts";
import { type AuditEvent, auditLine, type AuditTrail } from "./audit_event.ts";
import { type LineFile, openLineFile, rotate } from "./audit_file.ts";

const log = logger("audit");

/** The file in the data folder. */
const FILE = "audit.jsonl";

/** The file is moved aside before it grows past this, in bytes: some 20,000 events. */
const MAX_BYTES = 4 * 1_048_576;

/** Old files that are kept: `audit.jsonl.1` is the newest of them. */
const OLD_FILES = 4;

/** Events that wait for a disk that takes nothing, at most; past that, new ones are counted only. */
const MAX_WAITING = 10_000;

/** What could not be written is tried again after this, in ms. */
const RETRY_MS = 1000;

/** Events of one write, at most. */
const BATCH = 500;

export interface AuditLogOptions {
  readonly dataDir: string;
  readonly maxBytes?: number;
  readonly oldFiles?: number;
  readonly maxWaiting?: number;
  readonly retryMs?: number;
  /** Opens the file that is written to. */
  readonly open?: (path: string) => Promise<LineFile>;
}

/**
 * The audit log: a line of JSON for each event, in their order, in `audit.jsonl` in the data folder. Whoever records does not
 * wait. While the file cannot be written (a full disk), which the log says once, events wait in memory.
 */
export class AuditLog implements AuditTrail, Component {
  readonly name = "audit log";
  readonly #path: string;
  readonly #options: Required<Omit<AuditLogOptions, "dataDir">>;
  readonly #waiting: string[] = [];
  #lost = 0;
  #file: LineFile | undefined;
  #writing: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failing = false;
  #stopping = false;

  constructor({ dataDir, ...options }: AuditLogOptions) {
    this.#path = join(dataDir, FILE);
    const defaults = { maxBytes: MAX_BYTES, oldFiles: OLD_FILES, maxWaiting: MAX_WAITING, retryMs: RETRY_MS };
    this.#options = { ...defaults, open: openLineFile, ...options };
  }

  start(): void {}

  record(event: AuditEvent): void {
    if (this.#waiting.length >= this.#options.maxWaiting) this.#lost++;
    else this.#waiting.push(auditLine(event, Date.now()));
    if (!this.#retry) this.#write();
  }

  /** Writes what waits. An event that still comes later is written too, if it can be. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    await this.#write();
    const count = this.#waiting.length + this.#lost;
    if (count > 0) log.error("{count} events could not be written to {path}", { count, path: this.#path });
  }

  /** One writer at a time. */
  #write(): Promise<void> {
    return this.#writing ??= this.#writeAll().then(() => {
      this.#writing = undefined;
      // What came just when it had ended.
      if (this.#waiting.length > 0 && !this.#failing) return this.#write();
    });
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const lines = this.#waiting.slice(0, BATCH);
        const bytes = new TextEncoder().encode(lines.join(""));
        const file = await this.#fileFor(bytes.length);
        await file.append(bytes);
        this.#waiting.splice(0, lines.length);
        if (this.#lost > 0) this.#tellLost();
      }
      if (this.#failing) log.info("{path} can be written again", { path: this.#path });
      this.#failing = false;
    } catch (error) {
      const details = { path: this.#path, reason: ioReason(error) };
      if (!this.#failing) log.error("cannot write {path}: {reason}; events wait until it can be written", details);
      this.#failing = true;
      if (!this.#stopping) this.#retry = setTimeout(() => this.#again(), this.#options.retryMs);
    }
    if (this.#stopping) this.#close();
  }

  #again(): void {
    this.#retry = undefined;
    this.#write();
  }

  #tellLost(): void {
    const details = { count: this.#lost };
    this.#lost = 0;
    const why = "the audit log could not be written for too long";
    this.#waiting.push(auditLine({ event: "audit.lost", who: "edgemesh", why, details }, Date.now()));
  }

  async #fileFor(bytes: number): Promise<LineFile> {
    const { maxBytes, oldFiles, open } = this.#options;
    this.#file ??= await open(this.#path);
    if (this.#file.size === 0 || this.#file.size + bytes <= maxBytes) return this.#file;
    this.#close();
    await rotate(this.#path, oldFiles);
    return this.#file = await open(this.#path);
  }

  #close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
