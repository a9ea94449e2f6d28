import { newId } from "../../core/ids.ts";
import type { AnswerHead, AnswerShape } from "./answer_shape.ts";

/** The head of a new answer. */
export function answerHead({ idPrefix }: AnswerShape, model: string): AnswerHead {
  return { id: idPrefix + newId().replaceAll("-", ""), created: Math.floor(Date.now() / 1000), model };
}
