import { assertEquals, assertRejects } from "../tests/assert.ts";
import { MeshError } from "../agent/core/errors.ts";
import type { MeshClient } from "./client.ts";
import { PatientClient } from "./patient_client.ts";

const away = () => new MeshError("UNAVAILABLE", "the agent is stopping");
const ended = () => new MeshError("UNAUTHENTICATED", "unknown or ended session");

/** A client whose session is of the generation given. */
function session(generation: number): MeshClient {
  return { sessionId: String(generation) } as MeshClient;
}

function setUp(reconnects: (() => MeshClient)[], patienceMs = 5000) {
  const said: string[] = [];
  const interrupt = new AbortController();
  const patient = new PatientClient(session(0), {
    reconnect: async () => {
      const next = reconnects.shift();
      if (!next) throw away();
      return await Promise.resolve(next());
    },
    onAway: (reason) => void said.push(reason.message),
    signal: interrupt.signal,
    patienceMs,
  });
  return { patient, said, interrupt };
}

/** Asks for the session; those in `lost` fail. */
function sessionId(lost: Record<string, () => MeshError>) {
  return (client: MeshClient) => {
    const failure = lost[client.sessionId];
    return failure ? Promise.reject(failure()) : Promise.resolve(client.sessionId);
  };
}

Deno.test("an agent that restarts is asked again over a new session, and its absence is said once", async () => {
  const refused = () => {
    throw away();
  };
  const { patient, said } = setUp([refused, () => session(1)]);
  assertEquals(await patient.ask(sessionId({ 0: away })), "1");
  assertEquals(await patient.ask(sessionId({})), "1");
  assertEquals(said, ["the agent is stopping"]);
});

Deno.test("an ended session is replaced without a word", async () => {
  const { patient, said } = setUp([() => session(1)]);
  assertEquals(await patient.ask(sessionId({ 0: ended })), "1");
  assertEquals(said, []);
});

Deno.test("an agent that stays away, or no longer knows the key, is given up", async () => {
  const gone = setUp([], 0);
  await assertRejects(() => gone.patient.ask(sessionId({ 0: away })), MeshError, "the agent is stopping");
  const other = setUp([() => session(1), () => session(2)]);
  await assertRejects(() => other.patient.ask(sessionId({ 0: ended, 1: ended })), MeshError, "ended session");
});

Deno.test("an agent that stands still while it is reached for is waited for like one that is not there", async () => {
  const still = () => {
    throw new MeshError("DEADLINE_EXCEEDED", "did not answer");
  };
  const { patient } = setUp([still, () => session(1)]);
  assertEquals(await patient.ask(sessionId({ 0: away })), "1");
});

Deno.test("what is asked at the same time shares one new session", async () => {
  const { patient } = setUp([() => session(1)]);
  const both = [patient.ask(sessionId({ 0: away })), patient.ask(sessionId({ 0: ended }))];
  assertEquals(await Promise.all(both), ["1", "1"]);
  assertEquals(patient.current.sessionId, "1");
});

Deno.test("what the agent answers is no reason to ask again", async () => {
  const { patient } = setUp([() => session(1)]);
  const unknown = () => new MeshError("NOT_FOUND", "no job");
  await assertRejects(() => patient.ask(sessionId({ 0: unknown })), MeshError, "no job");
});

Deno.test("Ctrl-C ends the waiting for an agent that is away", async () => {
  const { patient, interrupt, said } = setUp([]);
  const asked = patient.ask(sessionId({ 0: away }));
  while (said.length === 0) await Promise.resolve();
  interrupt.abort(new Error("interrupted"));
  await assertRejects(() => asked, Error, "interrupted");
});
