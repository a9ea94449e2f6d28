/** A command with its arguments as one line, as it could be typed. */
export function commandText(command: string, args: readonly string[]): string {
  return [command, ...args].map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)).join(" ");
}
