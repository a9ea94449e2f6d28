/**
 * The model that a name means. As with Ollama, a name without a tag means `:latest`, and capital letters are small ones; a
 * model of exactly that name comes first.
 */
export function named<T extends { readonly name: string }>(models: readonly T[], asked: string): T | undefined {
  const latest = hasTag(asked) ? asked : `${asked}:latest`;
  const small = latest.toLowerCase();
  return models.find(({ name }) => name === asked) ?? models.find(({ name }) => name === latest) ??
    models.find(({ name }) => name.toLowerCase() === small);
}

/** Names in a message, the first few of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20);
  const more = names.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** A colon before the last slash belongs to a host's port, as in `localhost:5000/team/model`. */
function hasTag(name: string): boolean {
  return name.lastIndexOf(":") > name.lastIndexOf("/");
}
