import { LinkedSignal } from "../../core/abort.ts";
import { MeshError } from "../../core/errors.ts";
import type { GenerationStart } from "../../../proto/messages.ts";
import { type HttpAnswer, type HttpCall, json } from "../http_call.ts";
import { answerHead } from "./answer_head.ts";
import { type AnswerShape, envelope, finishReasonOf, usageOf } from "./answer_shape.ts";
import { deviceHeaders } from "./device_headers.ts";
import type { GenerationAsk } from "./generation_ask.ts";
import { meshFailure } from "./mesh_failure.ts";
import type { GenerationWatch, MeshModels } from "./mesh_models.ts";

/** Characters of an answer that is sent as a whole, at most. */
const MAX_TEXT = 16 * 1024 * 1024;

/** What is generated, in one piece. */
export async function wholeAnswer(
  call: HttpCall,
  ask: GenerationAsk,
  shape: AnswerShape,
  mesh: MeshModels,
): Promise<HttpAnswer> {
  using link = new LinkedSignal(call.signal);
  const gathered = new Gathered(() =>
    link.abort(
      new MeshError(
        "FAILED_PRECONDITION",
        `the answer is longer than ${MAX_TEXT} characters: limit it by max_tokens, or ask for a stream`,
      ),
    )
  );
  try {
    const end = await mesh.generate(ask.request, gathered, link.signal);
    const head = answerHead(shape, gathered.start?.model ?? ask.request.model);
    const choice = shape.whole(gathered.text, finishReasonOf(end));
    const body = { ...envelope(head, shape.wholeObject, [choice]), usage: usageOf(end) };
    const { start } = gathered;
    return json(body, 200, start ? deviceHeaders(start.device_id, start.device_name) : {});
  } catch (error) {
    throw meshFailure(error, mesh, { deviceId: ask.request.device_id, can: "generates" });
  }
}

class Gathered implements GenerationWatch {
  start: GenerationStart | undefined;
  text = "";

  constructor(private readonly onTooLong: () => void) {}

  onStart(start: GenerationStart): void {
    this.start = start;
  }

  onText(text: string): void {
    this.text += text;
    if (this.text.length > MAX_TEXT) this.onTooLong();
  }
}
