/** What a proxy must never be asked for: this machine itself. */
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * A value for `NO_PROXY` by which requests to this machine go there directly, as other programs do by themselves; undefined
 * where no proxy is set.
 */
export function noProxyWithLoopback(env: (name: string) => string | undefined): string | undefined {
  const proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  if (!proxies.some((name) => env(name))) return undefined;
  const former = (env("NO_PROXY") ?? env("no_proxy") ?? "").split(",").map((host) => host.trim()).filter(Boolean);
  return [...new Set([...former, ...LOOPBACK])].join(",");
}

/** Requests of this process to its own machine pass every proxy by from now on. */
export function passProxyForLoopback(): void {
  const value = noProxyWithLoopback((name) => Deno.env.get(name));
  if (value === undefined) return;
  Deno.env.set("NO_PROXY", value);
  Deno.env.set("no_proxy", value);
}
