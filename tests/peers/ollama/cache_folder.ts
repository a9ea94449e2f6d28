/** Where the tests keep what takes long to make; it may be removed at any time. */
export function cacheFolder(): string {
  const home = Deno.env.get("HOME") ?? ".";
  return `${Deno.env.get("XDG_CACHE_HOME") || `${home}/.cache`}/edgemesh-tests`;
}
