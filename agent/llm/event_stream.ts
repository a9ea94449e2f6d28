import { LineSplitter } from "./line_splitter.ts";

/** One of the events of a stream of server-sent events: its name, `message` where it has none, and its data. */
export interface ServerSentEvent {
  readonly name: string;
  readonly data: string;
}

/**
 * Reads server-sent events (WHATWG HTML, section 9.2.6) from bytes that come in parts. llama.cpp's server tells of
 * failures in a field `error` of its own, which is read as an event of that name.
 */
export class EventStream {
  readonly #lines: LineSplitter;
  readonly #onEvent: (event: ServerSentEvent) => void;
  #name = "";
  #data: string[] = [];

  /** @param maxLine characters of a line at most */
  constructor(maxLine: number, onEvent: (event: ServerSentEvent) => void) {
    this.#onEvent = onEvent;
    this.#lines = new LineSplitter(maxLine, (line) => this.#line(line));
  }

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  /** An event that no empty line ends is told of too: some servers leave out the last one. */
  end(): void {
    this.#lines.end();
    this.#tell();
  }

  #line(line: string): void {
    if (line === "") return this.#tell();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#name = value;
    else if (field === "error") this.#onEvent({ name: "error", data: value });
  }

  #tell(): void {
    const event = { name: this.#name || "message", data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    this.#name = "";
    this.#data = [];
    if (!isEmpty) this.#onEvent(event);
  }
}
