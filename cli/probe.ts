import { MeshError } from "../agent/core/errors.ts";
import { formatAddress, type HostPort } from "../agent/config/address.ts";

/** How long an agent may take to accept a connection, in ms. Loopback and home networks answer within 100. */
const PROBE_MS = 2000;

/** No program accepts connections at the address. */
export class AgentUnreachable extends MeshError {
  override name = "AgentUnreachable";
  /** The finding without the advice: `no agent at localhost:50051 (connection refused)`. */
  readonly summary: string;

  constructor(server: HostPort, reason: string, cause?: unknown) {
    const summary = `no agent at ${formatAddress(server)} (${reason})`;
    super("UNAVAILABLE", `${summary}: start one with \`edgemesh agent\`, or name another with --server`, { cause });
    this.summary = summary;
  }
}

/**
 * Finds out fast whether something listens there, before the gRPC client is even loaded, and which of the addresses of
 * `localhost` it is.
 *
 * @returns the address to connect to
 * @throws {AgentUnreachable}
 */
export async function probe(server: HostPort, signal: AbortSignal, timeoutMs = PROBE_MS): Promise<HostPort> {
  // The name is tried as both addresses because the runtime tries only the first that it resolves to.
  const hosts = server.host === "localhost" ? ["127.0.0.1", "::1"] : [server.host];
  let refused: unknown;
  for (const host of hosts) {
    try {
      await touch(host, server.port, signal, timeoutMs);
      return { host, port: server.port };
    } catch (error) {
      signal.throwIfAborted();
      refused ??= error;
    }
  }
  throw new AgentUnreachable(server, reasonOf(refused, timeoutMs), refused);
}

async function touch(hostname: string, port: number, signal: AbortSignal, timeoutMs: number): Promise<void> {
  const gaveUp = Promise.withResolvers<never>();
  const timer = setTimeout(() => gaveUp.reject(new Deno.errors.TimedOut()), timeoutMs);
  const onAbort = () => gaveUp.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const connecting = Deno.connect({ hostname, port });
  try {
    signal.throwIfAborted();
    await Promise.race([connecting, gaveUp.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    // A connection that comes after giving up is closed too; one that fails has been reported or is of no interest.
    connecting.then((connection) => connection.close(), () => {});
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "connection refused";
  if (error instanceof Deno.errors.TimedOut) return `no answer within ${timeoutMs / 1000} s`;
  const message = error instanceof Error ? error.message : String(error);
  if (/lookup|resolve|not known|no such host/i.test(message)) return "unknown host";
  return message.replace(/ \(os error \d+\)/, "");
}
