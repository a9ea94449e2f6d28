/** Text as tokens: words with the space before them, long ones in parts of 8 characters. Joined, they are the text. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S{1,8}|\s+$/gu) ?? [];
}

/** What a stand-in says by default: the prompt's words, again and again, as many as are wanted. */
export function echoTokens(prompt: string, count: number): string[] {
  const words = prompt.split(/\s+/u).filter(Boolean).map((word) => word.slice(0, 8));
  if (words.length === 0) words.push("nothing");
  return Array.from({ length: count }, (_, at) => (at === 0 ? "" : " ") + words[at % words.length]);
}

/** Tokens up to where the text has one of the stop texts, and whether it had. */
export function cutAtStop(tokens: readonly string[], stops: readonly string[]): { tokens: string[]; stopped: boolean } {
  const text = tokens.join("");
  const at = Math.min(...stops.map((stop) => text.indexOf(stop)).map((index) => index < 0 ? Infinity : index));
  if (at === Infinity) return { tokens: [...tokens], stopped: false };
  const kept: string[] = [];
  let left = at;
  for (const token of tokens) {
    if (left <= 0) break;
    kept.push(token.slice(0, left));
    left -= token.length;
  }
  return { tokens: kept, stopped: true };
}

/** How many tokens two prompts share at their beginning. */
export function sharedStart(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count += 1;
  return count;
}
