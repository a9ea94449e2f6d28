/** What a model is told of a kind of task: what it does, and what its `input` is. */
export const TASK_KINDS: Readonly<Record<string, string>> = {
  SYSINFO: "tells the device's name, platform, memory and time. input: empty.",
  ECHO: "answers its input. input: any text.",
  COMMAND:
    'runs one program on the device, without a shell. input: a JSON array of strings, the program first, as in ["ls","-l"]. ' +
    "A device runs only the programs that its owner allows, by default pwd, ls and cat.",
  LLM_GENERATE:
    "lets a language model write a text. input: the whole prompt. max_output_tokens: how long the text may become. " +
    "Runs only on devices that have a model.",
};

/** What a model is told of a kind of reduce. */
export const REDUCE_KINDS: Readonly<Record<string, string>> = {
  CONCAT: "all outputs, each under its device's name. The usual one.",
  JSON: "all outputs as a JSON array.",
  LINES: "all outputs, without names.",
  FIRST: "the first output of the last group that succeeds; the others are stopped.",
  LLM_SUMMARIZE: "a language model's summary of all outputs.",
};
