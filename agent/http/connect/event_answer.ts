import { AnswerStream } from "../answer_stream.ts";
import type { HttpAnswer, HttpCall } from "../http_call.ts";
import { errorAnswer, errorBody, shown } from "./connect_error.ts";
import { HttpCaller } from "./http_caller.ts";
import type { Procedure } from "./procedure.ts";
import { MAX_WAITING_BYTES, type StreamCall } from "./stream_answer.ts";

/** So long the head of the answer waits for the first message, in ms: a failure before it has a status of its own. */
const HEAD_MS = 15_000;

/** Says nothing to the client's program, but keeps its connection. */
const COMMENT = ": nothing new\n\n";

const decoder = new TextDecoder();

/**
 * A server stream as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): a message each, in JSON, then an
 * event `end`, or `error` with Connect's error.
 */
export async function eventAnswer(
  procedure: Procedure,
  call: HttpCall,
  { timeoutMs, request }: StreamCall,
  headMs = HEAD_MS,
): Promise<HttpAnswer> {
  const caller = new HttpCaller(call, timeoutMs);
  const { promise: head, resolve } = Promise.withResolvers<HttpAnswer>();
  let stream: AnswerStream | undefined;
  const open = () => {
    if (stream) return stream;
    stream = new AnswerStream({ comment: COMMENT, maxWaiting: MAX_WAITING_BYTES, onGone: () => caller.leave() });
    const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
    resolve({ status: 200, headers, body: stream.body });
    return stream;
  };
  const timer = setTimeout(open, headMs);
  const run = async () => {
    try {
      await procedure.serve(caller, request, (message) => open().write(`data: ${decoder.decode(message)}\n\n`));
      open().write("event: end\ndata: {}\n\n");
    } catch (error) {
      const failure = shown(error);
      if (!stream) resolve(errorAnswer(failure));
      stream?.write(`event: error\ndata: ${JSON.stringify(errorBody(failure))}\n\n`);
    }
    clearTimeout(timer);
    stream?.end();
    caller[Symbol.dispose]();
  };
  run();
  return await head;
}
