import { LinkedSignal } from "../../core/abort.ts";
import type { GenerationEnd, GenerationStart } from "../../../proto/messages.ts";
import type { HttpAnswer, HttpCall } from "../http_call.ts";
import type { AnswerShape } from "./answer_shape.ts";
import { answerHead } from "./answer_head.ts";
import { deviceHeaders } from "./device_headers.ts";
import { errorAnswer } from "./error_answer.ts";
import { COMMENT, event, EventFormat } from "./event_format.ts";
import { AnswerStream } from "../answer_stream.ts";
import type { GenerationAsk } from "./generation_ask.ts";
import { meshFailure } from "./mesh_failure.ts";
import type { GenerationWatch, MeshModels } from "./mesh_models.ts";

/**
 * How long the head of the answer waits for the first piece at most, in ms. It waits so that it names the device that says it; clients and
 * proxies that hear nothing for a minute or more give up.
 */
export const HEAD_MS = 45_000;

/** What is generated, piece by piece as server-sent events. A failure before the first piece is thrown. */
export async function streamedAnswer(
  call: HttpCall,
  ask: GenerationAsk,
  shape: AnswerShape,
  mesh: MeshModels,
  headMs = HEAD_MS,
): Promise<HttpAnswer> {
  const link = new LinkedSignal(call.signal);
  const streamed = new StreamedAnswer(ask, shape, { headMs, onGone: (reason) => link.abort(reason) });
  const run = async () => {
    try {
      streamed.finish(await mesh.generate(ask.request, streamed, link.signal));
    } catch (error) {
      streamed.fail(meshFailure(error, mesh, { deviceId: ask.request.device_id, can: "generates" }));
    } finally {
      link[Symbol.dispose]();
    }
  };
  run();
  return await streamed.answer;
}

class StreamedAnswer implements GenerationWatch {
  readonly answer: Promise<HttpAnswer>;
  readonly #head = Promise.withResolvers<HttpAnswer>();
  readonly #headTimer: ReturnType<typeof setTimeout>;
  #start: GenerationStart | undefined;
  /** There once the head is sent. */
  #events: AnswerStream | undefined;
  /** There once the first text is sent. */
  #format: EventFormat | undefined;

  constructor(
    private readonly ask: GenerationAsk,
    private readonly shape: AnswerShape,
    private readonly options: { readonly headMs: number; readonly onGone: (reason: unknown) => void },
  ) {
    this.answer = this.#head.promise;
    // Another device may still take over: the head does not say who answers.
    this.#headTimer = setTimeout(() => this.#open({}).write(COMMENT), options.headMs);
  }

  onStart(start: GenerationStart): void {
    this.#start = start;
  }

  onText(text: string): void {
    if (text === "") return;
    if (this.#format) this.#events?.write(this.#format.piece(text));
    else this.#begin((format) => format.piece(text));
  }

  finish(end: GenerationEnd): void {
    if (this.#format) this.#events?.write(this.#format.closing(end));
    else this.#begin((format) => format.closing(end));
    this.#events?.end();
  }

  fail(error: unknown): void {
    clearTimeout(this.#headTimer);
    if (!this.#events) return this.#head.reject(error);
    this.#events.write(event(errorAnswer(error).body));
    this.#events.end();
  }

  /** The first event goes out together with what follows it. */
  #begin(following: (format: EventFormat) => string): void {
    const format = new EventFormat(
      answerHead(this.shape, this.#start?.model ?? this.ask.request.model),
      this.shape,
      this.ask.includeUsage,
    );
    this.#format = format;
    const device = this.#start ? deviceHeaders(this.#start.device_id, this.#start.device_name) : {};
    this.#open(device).write(format.opening() + following(format));
  }

  #open(device: Readonly<Record<string, string>>): AnswerStream {
    clearTimeout(this.#headTimer);
    if (this.#events) return this.#events;
    this.#events = new AnswerStream({ comment: COMMENT, onGone: this.options.onGone });
    const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", ...device };
    this.#head.resolve({ status: 200, headers, body: this.#events.body });
    return this.#events;
  }
}
