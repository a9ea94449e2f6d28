import { type Gguf, type GgufTensor, type GgufValue, writeGguf } from "./gguf.ts";
import { seededRandom } from "./random.ts";
import { BOS, EOS, likelihood, TOKENS, UNKNOWN } from "./byte_vocabulary.ts";

/**
 * How large the model is, and which one. On one processor of a small machine, with one thread: 4,400 tokens/s of prompt
 * and 1,900 of answer as it is; 1,000 and 490 with 8 layers; 160 and 70 with 8 layers and a width of 256.
 */
export interface TinyModelOptions {
  /** Another seed gives other weights, so other words. 1 when not given. */
  readonly seed?: number;
  /** Layers; each more makes it slower. 2 when not given. */
  readonly layers?: number;
  /** Numbers that carry a token from layer to layer: a multiple of 16. 64 when not given. */
  readonly width?: number;
  /** Tokens of prompt and answer together that it can take. 8192 when not given. */
  readonly contextLength?: number;
  /** Whether it only embeds, and cannot speak. */
  readonly embeds?: boolean;
  /** Whether a tensor is left out, so that a server takes the model and then cannot load it. */
  readonly incomplete?: boolean;
}

/** Attention heads of each layer. */
const HEADS = 4;

/** How strongly a token speaks against saying itself again: a server gives up after 30 times the same. */
const SELF_DISLIKE = 0.1;

/** The constant that each token brings along, see {@link tinyModel}. */
const CONSTANT = 4;

/**
 * A language model of the Llama family with random weights, as a GGUF file: some 0.5 MB. One byte of text is one token,
 * so that token counts can be foreseen. It goes on speaking, lower-case letters and spaces mostly, for as many tokens as
 * it is asked for, unless a grammar ends the text.
 *
 * Likely and unlikely tokens need a bias, which the architecture lacks. So the first of the `width` numbers is the same
 * for all tokens, no layer writes to it, and the output's weights of that number are the bias.
 *
 * @throws {RangeError} when the width is no multiple of 16
 */
export function tinyModel(options: TinyModelOptions = {}): Uint8Array<ArrayBuffer> {
  const { seed = 1, layers = 2, width = 64, contextLength = 8192, embeds = false, incomplete = false } = options;
  if (width % 16 !== 0 || width <= 0) throw new RangeError(`the width must be a multiple of 16, got ${width}`);
  const whole = tensors({ seed, layers, width });
  return writeGguf({
    metadata: metadata({ seed, layers, width, contextLength, embeds }),
    tensors: whole.filter(({ name }) => !incomplete || name !== "output_norm.weight"),
  });
}

function metadata(options: Required<Omit<TinyModelOptions, "incomplete">>): Gguf["metadata"] {
  const { seed, layers, width, contextLength, embeds } = options;
  const u32 = (value: number): GgufValue => ({ type: "u32", value });
  const string = (value: string): GgufValue => ({ type: "string", value });
  return new Map<string, GgufValue>([
    ["general.architecture", string("llama")],
    ["general.name", string(`tiny ${seed}`)],
    // All weights are 32-bit floats.
    ["general.file_type", u32(0)],
    ["llama.block_count", u32(layers)],
    ["llama.context_length", u32(contextLength)],
    ["llama.embedding_length", u32(width)],
    ["llama.feed_forward_length", u32(2 * width)],
    ["llama.attention.head_count", u32(HEADS)],
    ["llama.attention.head_count_kv", u32(HEADS)],
    ["llama.attention.layer_norm_rms_epsilon", { type: "f32", value: 1e-5 }],
    ["llama.rope.dimension_count", u32(width / HEADS)],
    ["llama.vocab_size", u32(TOKENS.length)],
    // Mean pooling; a server takes a model that names one as one that only embeds.
    ...(embeds ? [["llama.pooling_type", u32(1)] as const] : []),
    ["tokenizer.ggml.model", string("llama")],
    ["tokenizer.ggml.tokens", { type: "strings", value: TOKENS.map(({ piece }) => piece) }],
    ["tokenizer.ggml.scores", { type: "f32s", value: TOKENS.map(() => 0) }],
    ["tokenizer.ggml.token_type", { type: "i32s", value: TOKENS.map(({ type }) => type) }],
    ["tokenizer.ggml.bos_token_id", u32(BOS)],
    ["tokenizer.ggml.eos_token_id", u32(EOS)],
    ["tokenizer.ggml.unknown_token_id", u32(UNKNOWN)],
    ["tokenizer.ggml.add_bos_token", { type: "bool", value: true }],
    ["tokenizer.ggml.add_eos_token", { type: "bool", value: false }],
    ["tokenizer.ggml.add_space_prefix", { type: "bool", value: false }],
  ]);
}

function tensors(size: { seed: number; layers: number; width: number }): readonly GgufTensor[] {
  const { seed, layers, width } = size;
  const random = seededRandom(seed);
  const made: GgufTensor[] = [];
  const ones = (name: string) => made.push({ name, shape: [width], values: new Float32Array(width).fill(1) });
  const matrix = (name: string, columns: number, rows: number) => {
    const scale = 1 / Math.sqrt(columns);
    const values = Float32Array.from({ length: columns * rows }, () => random() * scale);
    made.push({ name, shape: [columns, rows], values });
    return values;
  };
  // What a layer adds to the first number, its first row, is nothing.
  const adding = (name: string, columns: number) => matrix(name, columns, width).fill(0, 0, columns);

  const embedding = Float32Array.from({ length: width * TOKENS.length }, () => random());
  for (let token = 0; token < TOKENS.length; token++) embedding[token * width] = CONSTANT;
  made.push({ name: "token_embd.weight", shape: [width, TOKENS.length], values: embedding });
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `blk.${layer}.${part}.weight`;
    ones(name("attn_norm"));
    for (const part of ["attn_q", "attn_k", "attn_v"]) matrix(name(part), width, width);
    adding(name("attn_output"), width);
    ones(name("ffn_norm"));
    for (const part of ["ffn_gate", "ffn_up"]) matrix(name(part), width, 2 * width);
    adding(name("ffn_down"), 2 * width);
  }
  ones("output_norm.weight");
  const output = matrix("output.weight", width, TOKENS.length);
  for (let at = 0; at < output.length; at++) {
    // Both arrays have `width` numbers for each token.
    output[at] = at % width === 0
      ? likelihood(Math.floor(at / width)) / CONSTANT
      : (output[at] ?? 0) - SELF_DISLIKE * (embedding[at] ?? 0);
  }
  return made;
}
