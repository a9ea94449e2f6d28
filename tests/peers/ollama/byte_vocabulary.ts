/** A token of the vocabulary, with its type as SentencePiece numbers them. */
export interface Token {
  readonly piece: string;
  readonly type: number;
}

const NORMAL = 1, UNKNOWN_TYPE = 2, CONTROL = 3, BYTE = 6;

/** The token of what has no token. */
export const UNKNOWN = 0;
/** Begins each prompt. */
export const BOS = 1;
/** Ends an answer. */
export const EOS = 2;
const FIRST_BYTE = 3;

/** A space; as a byte it would be three tokens, since SentencePiece writes it as U+2581. */
const SPACE = FIRST_BYTE + 256;

/** Three special tokens, each byte, and the space. */
export const TOKENS: readonly Token[] = [
  { piece: "<unk>", type: UNKNOWN_TYPE },
  { piece: "<s>", type: CONTROL },
  { piece: "</s>", type: CONTROL },
  ...Array.from({ length: 256 }, (_, byte) => ({
    piece: `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
    type: BYTE,
  })),
  { piece: "▁", type: NORMAL },
];

/** How likely the model is to say a token, as what is added to its logit. */
export function likelihood(token: number): number {
  if (token === SPACE) return 1;
  if (token < FIRST_BYTE) return -40;
  const character = String.fromCharCode(token - FIRST_BYTE);
  if (/[a-z]/.test(character)) return 0;
  // A string in JSON, which a grammar allows to go on for ever, ends soon.
  if (character === '"') return 1;
  if (/[0-9{}[\],:.]/.test(character)) return -4;
  return /[!-~]/.test(character) ? -8 : -16;
}
