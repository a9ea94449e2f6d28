/** A prompt of so many random words of five letters, which no model server has in its cache. */
export function randomPrompt(words: number): string {
  return Array.from({ length: words }, randomWord).join(" ");
}

function randomWord(): string {
  return Array.from({ length: 5 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join("");
}
