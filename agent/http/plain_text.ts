/** A line of text as an answer. */
export function plainText(message: string, status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(message + "\n", { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}
