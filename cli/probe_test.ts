import { assert, assertEquals, assertRejects } from "../tests/assert.ts";
import { Interrupted } from "./failure.ts";
import { AgentUnreachable, probe } from "./probe.ts";

const NEVER = new AbortController().signal;

Deno.test("what listens is found, under localhost at the address that it listens on", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept().then((connection) => connection.close());
  const { port } = listener.addr;
  assertEquals(await probe({ host: "localhost", port }, NEVER), { host: "127.0.0.1", port });
  await accepted;
});

Deno.test("where nothing listens the user is told at once what to do", async () => {
  const { port } = freePort();
  const started = performance.now();
  await assertRejects(
    () => probe({ host: "localhost", port }, NEVER),
    AgentUnreachable,
    `no agent at localhost:${port} (connection refused): start one with \`edgemesh agent\`, or name another with --server`,
  );
  assert(performance.now() - started < 1000);
});

Deno.test("an unknown host is said to be one", async () => {
  await assertRejects(
    () => probe({ host: "no-such-host.invalid", port: 1 }, NEVER),
    AgentUnreachable,
    "no agent at no-such-host.invalid:1 (unknown host)",
  );
});

Deno.test("Ctrl-C ends the search", async () => {
  const reason = new Interrupted("interrupted");
  await assertRejects(() => probe({ host: "127.0.0.1", port: 1 }, AbortSignal.abort(reason)), Interrupted);
});

/** A port that was free a moment ago. */
function freePort(): Deno.NetAddr {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr;
}
