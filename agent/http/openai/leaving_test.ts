import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { eventually } from "../../../tests/processes.ts";
import { ApiRig, eventsOf } from "./api_rig.ts";
import { endOf, say, sayAndHang, startOn } from "./fake_models.ts";
import { MAX_WAITING } from "../answer_stream.ts";

/** Waits until models have been asked so often, and so many generations have ended. */
const until = (rig: ApiRig, asked: number, ended: number) =>
  eventually(
    () => rig.models.asked.length === asked && rig.models.ends.length === ended || undefined,
    `${asked} generations, ${ended} of them ended`,
  );

const CHAT = "/v1/chat/completions";
/** A large one does not come in one piece. */
const chat = (stream: boolean, length = 2) => ({ messages: [{ role: "user", content: "x".repeat(length) }], stream });

for (const stream of [false, true]) {
  const how = stream ? "a stream" : "an answer";

  for (const length of [2, 300_000]) {
    Deno.test(`a client that leaves before the first word of ${how} stops its generation: ${length} characters`, async () => {
      await using rig = await ApiRig.start();
      rig.models.script = sayAndHang();
      using connection = await rig.connect(CHAT, chat(stream, length));
      await until(rig, 1, 0);
      connection.close();
      await until(rig, 1, 1);
      assertEquals(rig.models.ends, ["the client went away"]);
    });
  }

  Deno.test(`a finished generation was never aborted, nor is it when the client of ${how} leaves later`, async () => {
    await using rig = await ApiRig.start();
    const signals: AbortSignal[] = [];
    rig.models.script = (request, watch, signal) => {
      signals.push(signal);
      return say("hello")(request, watch, signal);
    };
    using connection = await rig.connect(CHAT, chat(stream));
    await connection.until(stream ? "[DONE]" : '"finish_reason":"stop"');
    connection.close();
    // By then the server has seen the first connection's end.
    await (await rig.post(CHAT, chat(stream))).text();
    using next = await rig.connect(CHAT, chat(false));
    await next.until('"finish_reason":"stop"');
    assertEquals(signals.map(({ aborted }) => aborted), [false, false, false]);
    assertEquals(rig.models.ends, ["done", "done", "done"]);
  });

  Deno.test(`an agent that stops ends ${how} that is under way, and says so`, async () => {
    await using rig = await ApiRig.start();
    rig.models.script = sayAndHang(...stream ? ["hello"] : []);
    const asking = rig.post(CHAT, chat(stream));
    await until(rig, 1, 0);
    const answered = stream ? await asking : undefined;
    await rig.server.stop();
    assertEquals(rig.models.ends, ["the agent is stopping"]);
    const response = answered ?? await asking;
    const text = stream ? (await eventsOf(response)).at(-1) : await response.text();
    assertEquals(JSON.parse(text ?? "").error, {
      message: "the agent is stopping",
      type: "server_error",
      param: null,
      code: "unavailable",
    });
    assertEquals(response.status, stream ? 200 : 503);
  });
}

Deno.test("a client that leaves in mid-stream stops its generation", async () => {
  await using rig = await ApiRig.start();
  rig.models.script = sayAndHang("hello");
  using connection = await rig.connect(CHAT, chat(true, 300_000));
  await connection.until('"hello"');
  connection.close();
  await until(rig, 1, 1);
  assertEquals(rig.models.ends, ["the client went away"]);
});

Deno.test("an agent that drains lets a stream end, and refuses what is new", async () => {
  await using rig = await ApiRig.start();
  const goOn = Promise.withResolvers<void>();
  rig.models.script = async (_, watch) => {
    watch.onStart(startOn("laptop"));
    watch.onText("before");
    await goOn.promise;
    watch.onText("after");
    return endOf(2);
  };
  const { url } = rig;
  using connection = await rig.connect(CHAT, chat(true));
  await connection.until('"before"');
  const drained = rig.server.drain(600_000);
  const refused = await fetch(`${url}/v1/models`);
  assertEquals([refused.status, await refused.text()], [503, "the agent is stopping\n"]);
  goOn.resolve();
  await connection.until("[DONE]");
  await drained;
  assertEquals(rig.models.ends, ["done"]);
});

Deno.test("a client that does not read its stream stops its generation, before much of it waits", async () => {
  await using rig = await ApiRig.start();
  const piece = "x".repeat(65_536);
  let said = 0;
  rig.models.script = async (_, watch, signal) => {
    watch.onStart(startOn("laptop"));
    for (; !signal.aborted; said++) {
      watch.onText(piece);
      await new Promise((resolve) => setTimeout(resolve));
    }
    throw signal.reason;
  };
  using connection = await rig.connect(CHAT, chat(true));
  await until(rig, 1, 1);
  assertEquals(rig.models.ends, [`a client left ${MAX_WAITING} bytes of its answer unread`]);
  // What the system keeps of a connection comes on top.
  const most = (MAX_WAITING + 32 * 1024 * 1024) / piece.length;
  assertEquals(said < most, true, `${said} pieces`);
  await assertRejects(() => connection.until("[DONE]"), Error, "the connection ended");
});
