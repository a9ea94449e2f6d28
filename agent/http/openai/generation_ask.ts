import type { GenerateRequest } from "../../../proto/messages.ts";

/** What a client asks to have generated, and how it wants the answer. */
export interface GenerationAsk {
  readonly request: GenerateRequest;
  /** Piece by piece, as server-sent events. */
  readonly stream: boolean;
  /** After the last piece, how many tokens it took. */
  readonly includeUsage: boolean;
}
