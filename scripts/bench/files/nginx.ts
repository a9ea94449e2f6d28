import { join } from "node:path";
import { delay } from "../../../agent/core/abort.ts";
import type { Child, Children } from "../shared/children.ts";

/** It has this long to begin serving, in ms. */
const READY_LIMIT_MS = 10_000;

/** A running nginx that serves a folder. */
export interface Nginx {
  /** `nginx/1.22.1` */
  readonly version: string;
  /** `HOST:PORT` */
  readonly address: string;
  /** Its workers. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/**
 * Starts Debian's nginx with what its own configuration says of sending files: sendfile, tcp_nopush, a worker for each core. Installs it
 * where it is missing.
 *
 * @throws {Error} with what it or apt said
 */
export async function startNginx(children: Children, folder: string, root: string): Promise<Nginx> {
  const version = await installed();
  const port = freePort();
  const configuration = join(folder, "nginx.conf");
  await Deno.writeTextFile(
    configuration,
    `user root;
worker_processes auto;
pid ${join(folder, "nginx.pid")};
error_log stderr crit;
daemon off;
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  access_log off;
  types {}
  default_type application/octet-stream;
  server { listen 127.0.0.1:${port}; root ${root}; }
}
`,
  );
  const child = children.spawn("nginx", {
    args: ["-e", "stderr", "-c", configuration],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  });
  await answering(`http://127.0.0.1:${port}/`, child);
  const { pid } = child.process;
  const workers = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ").map(Number);
  return { version, address: `127.0.0.1:${port}`, pids: workers, stop: () => child.stop() };
}

async function installed(): Promise<string> {
  const found = await versionOf();
  if (found) return found;
  for (const args of [["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "nginx-light"]]) {
    const apt = new Deno.Command("apt-get", { args, env: { DEBIAN_FRONTEND: "noninteractive" }, stdout: "null" });
    if (!(await apt.spawn().status).success) throw new Error(`Cannot install nginx: apt-get ${args[0]} failed`);
  }
  const version = await versionOf();
  if (!version) throw new Error("Cannot install nginx: it is not there after that");
  return version;
}

async function versionOf(): Promise<string | undefined> {
  try {
    const { stderr } = await new Deno.Command("nginx", { args: ["-v"] }).output();
    return /nginx\/\S+/.exec(new TextDecoder().decode(stderr))?.[0];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function answering(url: string, child: Child): Promise<void> {
  let ended = false;
  child.process.status.then(() => ended = true);
  const limit = performance.now() + READY_LIMIT_MS;
  while (!ended && performance.now() < limit) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response) return;
    await delay(20);
  }
  throw new Error("Cannot start nginx: it does not answer");
}
