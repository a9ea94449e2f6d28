/** How the tiny model's prompts are made of messages, as a template of Go's. */
export const CHAT_TEMPLATE = "{{ range .Messages }}{{ .Role }}: {{ .Content }}\n{{ end }}assistant: ";

/** The tokens of a text, for the tiny model: its bytes as UTF-8, but one for each U+2581. */
export function tokensOf(text: string): number {
  return new TextEncoder().encode(text.replaceAll("▁", " ")).length;
}

/** The tokens that a server counts for these messages, with the one that begins each prompt. */
export function promptTokens(messages: readonly { readonly role: string; readonly content: string }[]): number {
  const lines = messages.map(({ role, content }) => `${role}: ${content}\n`);
  return 1 + tokensOf(`${lines.join("")}assistant: `);
}
