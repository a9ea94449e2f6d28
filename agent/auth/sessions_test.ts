import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { isUuid } from "../core/ids.ts";
import { BusyError, type ErrorCode, MeshError } from "../core/errors.ts";
import { MAX_SESSIONS, SESSION_IDLE_MS, Sessions } from "./sessions.ts";
import { MAX_ADDRESSES, WINDOW_MS, WRONG_KEYS_ALLOWED, WrongKeys } from "./wrong_keys.ts";

const PEER = "10.0.0.5:4711";

function setUp() {
  const clock = { now: 1_700_000_000_500 };
  return { clock, sessions: new Sessions({ key: "right", now: () => clock.now }) };
}

function refused(code: ErrorCode, run: () => unknown, message: string): void {
  const error = assertThrows(run, MeshError, message);
  assertEquals(error.code, code);
  assert(!error.message.includes("\n"));
}

Deno.test("the right key opens a session that every use renews", () => {
  const { clock, sessions } = setUp();
  const { sessionId, connectedAt } = sessions.create("laptop", "right", PEER);
  assert(isUuid(sessionId));
  assertEquals(connectedAt, 1_700_000_000);
  for (let use = 0; use < 5; use++) {
    clock.now += SESSION_IDLE_MS - 1;
    assertEquals(sessions.touch(sessionId).deviceName, "laptop");
  }
  clock.now += SESSION_IDLE_MS;
  refused("UNAUTHENTICATED", () => sessions.touch(sessionId), "unknown or ended session");
  assertEquals(sessions.size, 0);
});

Deno.test("no session, an unknown session and a wrong key are told apart", () => {
  const { sessions } = setUp();
  refused("UNAUTHENTICATED", () => sessions.touch(""), "no session given: open one with CreateSession");
  refused("UNAUTHENTICATED", () => sessions.touch("x"), "unknown or ended session: open a new one");
  refused("UNAUTHENTICATED", () => sessions.create("a", "wrong", PEER), "wrong mesh key");
  refused("UNAUTHENTICATED", () => sessions.create("a", "", PEER), "no mesh key given");
  assertEquals(sessions.size, 0);
});

Deno.test("a device name is kept printable and short", () => {
  const { sessions } = setUp();
  assertEquals(sessions.create(" a\u001b[31m\nb ", "right", PEER).deviceName, "a[31mb");
  assertEquals(sessions.create("😀".repeat(300), "right", PEER).deviceName, "😀".repeat(256));
});

Deno.test("one session too many ends the longest unused, and no other", () => {
  const { sessions } = setUp();
  const first = sessions.create("a", "right", PEER).sessionId;
  const second = sessions.create("a", "right", PEER).sessionId;
  const third = sessions.create("a", "right", PEER).sessionId;
  sessions.touch(first);
  for (let n = 3; n < MAX_SESSIONS; n++) sessions.create("a", "right", PEER);
  assertEquals(sessions.size, MAX_SESSIONS);
  sessions.create("a", "right", PEER);
  assertEquals(sessions.size, MAX_SESSIONS);
  refused("UNAUTHENTICATED", () => sessions.touch(second), "ended session");
  sessions.touch(first);
  sessions.touch(third);
  refused("UNAUTHENTICATED", () => sessions.create("a", "wrong", PEER), "wrong mesh key");
  sessions.touch(first);
});

Deno.test("who guesses keys has to wait, whatever port it comes from, and nobody else has to", () => {
  const { clock, sessions } = setUp();
  for (let n = 0; n < WRONG_KEYS_ALLOWED; n++) {
    refused("UNAUTHENTICATED", () => sessions.create("a", "wrong", `10.0.0.5:${5000 + n}`), "wrong mesh key");
  }
  clock.now += 2500;
  refused("RESOURCE_EXHAUSTED", () => sessions.create("a", "wrong", "10.0.0.5:1"), "try again in 8 s");
  refused("RESOURCE_EXHAUSTED", () => sessions.create("a", "right", "::ffff:10.0.0.5:1"), "too many wrong mesh keys");
  sessions.create("a", "right", "10.0.0.6:1");
  clock.now += WINDOW_MS - 2500;
  sessions.create("a", "right", "10.0.0.5:1");
});

Deno.test("a few wrong keys now and then do not add up", () => {
  const { clock, sessions } = setUp();
  for (let n = 0; n < 5 * WRONG_KEYS_ALLOWED; n++) {
    refused("UNAUTHENTICATED", () => sessions.create("a", "wrong", PEER), "wrong mesh key");
    clock.now += WINDOW_MS / WRONG_KEYS_ALLOWED;
  }
});

Deno.test("guessing from many addresses takes no more than bounded memory", () => {
  let now = 0;
  const wrongKeys = new WrongKeys(() => now);
  for (let n = 0; n < MAX_ADDRESSES + 100; n++) wrongKeys.count(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}:1`);
  assertEquals(wrongKeys.size, MAX_ADDRESSES);
  now += WINDOW_MS;
  wrongKeys.refuseGuesser("10.0.0.1:1");
  assertEquals(wrongKeys.size, 0);
});

Deno.test("a clock that is set back locks nobody out for long", () => {
  const { clock, sessions } = setUp();
  for (let n = 0; n < WRONG_KEYS_ALLOWED; n++) assertThrows(() => sessions.create("a", "wrong", PEER), MeshError);
  clock.now -= 3_600_000;
  sessions.create("a", "right", PEER);
});

Deno.test("a bearer is the mesh key or a live session, which its use renews", () => {
  const { clock, sessions } = setUp();
  assertEquals(sessions.requireBearer("right", PEER), { clientName: "" });
  assertEquals(sessions.size, 0);
  const { sessionId } = sessions.create("laptop", "right", PEER);
  for (let use = 0; use < 5; use++) {
    clock.now += SESSION_IDLE_MS - 1;
    assertEquals(sessions.requireBearer(sessionId, PEER), { clientName: "laptop" });
  }
  clock.now += SESSION_IDLE_MS;
  const message = "wrong mesh key, or a session that has ended";
  refused("UNAUTHENTICATED", () => sessions.requireBearer(sessionId, PEER), message);
  refused("UNAUTHENTICATED", () => sessions.requireBearer("wrong", PEER), message);
  refused("UNAUTHENTICATED", () => sessions.requireBearer("", PEER), "no key given: send the mesh key or a session");
});

Deno.test("who guesses bearers has to wait as one who guesses keys, is told how long, and its live session goes on", () => {
  const { clock, sessions } = setUp();
  const { sessionId } = sessions.create("laptop", "right", PEER);
  for (let n = 0; n < 2 * WRONG_KEYS_ALLOWED; n++) assertThrows(() => sessions.requireBearer("", PEER), MeshError);
  for (let n = 0; n < WRONG_KEYS_ALLOWED; n++) {
    refused("UNAUTHENTICATED", () => sessions.requireBearer(`wrong ${n}`, `10.0.0.5:${5000 + n}`), "wrong mesh key");
  }
  clock.now += 2500;
  refused("RESOURCE_EXHAUSTED", () => sessions.requireBearer("right", PEER), "try again in 8 s");
  refused("RESOURCE_EXHAUSTED", () => sessions.create("a", "right", PEER), "try again in 8 s");
  assertEquals(assertThrows(() => sessions.requireBearer("right", PEER), BusyError).retryAfterMs, 7500);
  sessions.requireBearer(sessionId, PEER);
  sessions.requireBearer("right", "10.0.0.6:1");
});
