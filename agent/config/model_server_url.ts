import { UsageError } from "../core/errors.ts";
import { formatAddress, isUnspecified, parseHost, parsePort } from "./address.ts";
import { checked, type Setting } from "./settings.ts";

/** Where a server listens that was told nothing else. */
const OLLAMA_PORT = 11_434;
const PORTS = { http: 80, https: 443 };

/** What "all addresses of this machine" is for one that connects. */
const THIS_MACHINE = "127.0.0.1";

/**
 * URL of Ollama's API from what Ollama itself accepts in `OLLAMA_HOST`: a host, a port, both or a URL. No slash at its
 * end.
 *
 * @throws {UsageError} `ORIGIN "VALUE": REASON`
 */
export function ollamaUrl(setting: Setting<string> | undefined): string | undefined {
  return checkedUrl(setting, (text) => {
    // As Ollama does: quotes come from where no shell has removed them.
    const { scheme, rest } = schemeOf(text.trim().replace(/^["']+|["']+$/g, "").trim());
    return serverUrl(scheme ?? "http", rest, scheme ? PORTS[scheme] : OLLAMA_PORT);
  });
}

/**
 * URL of an endpoint of the OpenAI kind, without `/v1` and without a slash at its end.
 *
 * @throws {UsageError} `ORIGIN "VALUE": REASON`
 */
export function openaiUrl(setting: Setting<string> | undefined): string | undefined {
  return checkedUrl(setting, (text) => {
    const { scheme, rest } = schemeOf(text.trim());
    if (!scheme) throw new UsageError(`the scheme is missing: write http://${rest || "localhost:8080"}`);
    return serverUrl(scheme, rest, PORTS[scheme]).replace(/\/v1$/, "");
  });
}

/** The value may hold a password or an API key, so it is shown in no message that is about those. */
function checkedUrl(setting: Setting<string> | undefined, check: (text: string) => string): string | undefined {
  if (setting && /[@?#]/.test(setting.value)) {
    throw new UsageError(`${setting.origin}: give the server's URL alone, without a user, a password or a query`);
  }
  return checked(setting, check);
}

function schemeOf(text: string): { scheme: "http" | "https" | undefined; rest: string } {
  const end = text.indexOf("://");
  if (end < 0) return { scheme: undefined, rest: text };
  const scheme = text.slice(0, end).toLowerCase();
  if (scheme !== "http" && scheme !== "https") throw new UsageError("only http and https are spoken");
  return { scheme, rest: text.slice(end + 3) };
}

/** @param rest `HOST:PORT/PATH`, where all parts may be missing */
function serverUrl(scheme: "http" | "https", rest: string, defaultPort: number): string {
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? "" : rest.slice(slash);
  const { host, port } = hostAndPort(authority);
  const address = formatAddress({
    host: host === "" || isUnspecified(host) ? THIS_MACHINE : host,
    port: port === undefined ? defaultPort : parsePort(port, 1),
  });
  const url = URL.parse(`${scheme}://${address}${path}`);
  // An IPv6 address with a zone, for one, cannot stand in a URL.
  if (!url) throw new UsageError(`${address} cannot stand in a URL`);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** An IPv6 host may stand without brackets where no port follows, as Ollama allows. */
function hostAndPort(authority: string): { host: string; port: string | undefined } {
  const colon = authority.lastIndexOf(":");
  const hasPort = colon >= 0 && (colon === authority.indexOf(":") || authority[colon - 1] === "]");
  const host = hasPort ? authority.slice(0, colon) : authority;
  return { host: host === "" ? "" : parseHost(host), port: hasPort ? authority.slice(colon + 1) : undefined };
}
