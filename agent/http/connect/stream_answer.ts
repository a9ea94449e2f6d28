import { AnswerStream } from "../answer_stream.ts";
import type { HttpAnswer, HttpCall } from "../http_call.ts";
import { endEnvelope, envelope } from "./envelope.ts";
import { errorBody, shown } from "./connect_error.ts";
import { HttpCaller } from "./http_caller.ts";
import type { Message, MessageFormat, Procedure } from "./procedure.ts";

/** Bytes of messages that may wait for a client: as much as gRPC's edge sends at once. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** The call of a stream, once it was read. */
export interface StreamCall {
  readonly timeoutMs: number | undefined;
  readonly request: Message;
}

/**
 * A server stream as Connect has it: messages in envelopes, and how it ended in the last one, also where it failed before its first
 * message.
 *
 * @param read reads the call
 */
export function envelopedAnswer(
  procedure: Procedure,
  call: HttpCall,
  format: MessageFormat,
  read: () => Promise<StreamCall>,
): HttpAnswer {
  let caller: HttpCaller | undefined;
  const stream = new AnswerStream({ maxWaiting: MAX_WAITING_BYTES, onGone: () => caller?.leave() });
  const run = async () => {
    try {
      const { timeoutMs, request } = await read();
      using calling = caller = new HttpCaller(call, timeoutMs);
      await procedure.serve(calling, request, (message) => stream.write(envelope(message)));
      stream.write(endEnvelope({}));
    } catch (error) {
      stream.write(endEnvelope({ error: errorBody(shown(error)) }));
    }
    stream.end();
  };
  run();
  return { status: 200, headers: { "content-type": `application/connect+${format}` }, body: stream.body };
}
