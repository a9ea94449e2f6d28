import { assert, assertEquals, assertRejects } from "../assert.ts";
import { MeshError } from "../../agent/core/errors.ts";
import { eventually } from "../processes.ts";
import { assertLine, ModelMesh, promptTask } from "./model_mesh.ts";

/** 1,000,000 characters. */
const LARGE = "word ".repeat(200_000);

/** What a model answers to it, in 8 tokens. */
const WORDS = "word word word word word word word word";

Deno.test("a prompt of 1 MB is answered, whichever way it comes", async (t) => {
  await using mesh = await ModelMesh.start();
  const { alpha, beta, ollamas, session } = mesh;
  /** How long the latest prompt was that a device's model server got. */
  const lengthAt = (device: "alpha" | "beta") => {
    const { prompt, messages } = ollamas[device].requests.at(-1)?.body ?? {};
    const [message] = Array.isArray(messages) ? messages : [];
    return String(prompt ?? message?.content).length;
  };

  await t.step("to Generate, on this device and on another", async () => {
    for (const [name, { deviceId }] of [["alpha", alpha], ["beta", beta]] as const) {
      const { text, failure, end } = await mesh.ask({ prompt: LARGE, device_id: deviceId });
      assertEquals([text, failure, end?.stats?.prompt_tokens], [WORDS, undefined, 200_001]);
      assertEquals(lengthAt(name), LARGE.length);
    }
  });

  await t.step("to RunLLMTask", async () => {
    const { output, error, tokens_generated } = await mesh.prompt(LARGE);
    assertEquals([output, error, tokens_generated], [WORDS, "", 8]);
    assertEquals(lengthAt("alpha"), LARGE.length);
  });

  await t.step("over HTTP, whole and streamed", async () => {
    const messages = [{ role: "user", content: LARGE }];
    for (const stream of [false, true]) {
      const { status, text } = await mesh.chat({ messages, stream }, beta.deviceId);
      assertEquals([status, lengthAt("beta")], [200, LARGE.length]);
      assert(text.includes("word"), text);
    }
  });

  await t.step("as a task", async () => {
    const job = await mesh.job([promptTask("one", { input: LARGE, target_device_id: beta.deviceId })]);
    assertEquals([job.state, job.tasks[0]?.status?.result], ["DONE", "word word word word word word"]);
    assertEquals(lengthAt("beta"), LARGE.length);
  });

  await t.step(
    "one that is too long is refused in one line that says how long it may be, and no model sees it",
    async () => {
      const before = ollamas.alpha.requests.length + ollamas.beta.requests.length;
      const larger = LARGE.repeat(5);
      const { failure } = await mesh.ask({ prompt: larger });
      assertEquals(failure?.message, "prompt: is longer than 4194304 bytes; shorten it");
      const prompt = await assertRejects(() => mesh.prompt(larger), MeshError);
      assertEquals([prompt.code, prompt.message], ["INVALID_ARGUMENT", failure?.message]);
      const chat = await mesh.chat({ messages: [{ role: "user", content: larger }] });
      assertEquals([chat.status, JSON.parse(chat.text).error.message], [
        400,
        "messages: is longer than 4194304 bytes; shorten it",
      ]);
      const huge = await mesh.chat({ messages: [{ role: "user", content: LARGE.repeat(9) }] });
      assertEquals([huge.status, JSON.parse(huge.text).error.message], [413, "the body is larger than 8 MiB"]);
      const plan = [{ index: 0, tasks: [promptTask("one", { input: LARGE + LARGE })] }];
      const task = await assertRejects(() => session.start(plan), MeshError);
      assertEquals(task.message, "plan.groups[0].tasks[0].input: more than the 1048576 bytes allowed");
      assertEquals(ollamas.alpha.requests.length + ollamas.beta.requests.length, before);
      assertEquals((await mesh.ask()).text, "a b c a b c a b");
    },
  );
});

Deno.test("200 prompts at once: as many as fit are answered, the others are told when to come back", async (t) => {
  // A device runs 2 and lets 20 wait.
  const flags = ["--llm-parallel", "2", "--llm-queue", "20"];
  await using mesh = await ModelMesh.start({ msPerToken: 5, parallel: 2 }, flags);
  const { alpha, beta, ollamas } = mesh;
  const all = Array.from({ length: 200 });
  const asked = () => ollamas.alpha.requests.length + ollamas.beta.requests.length;
  const full = "this device has as many prompts as it takes (2 under way, 20 waiting); try again in 1 s";

  await t.step("to one device over gRPC: RESOURCE_EXHAUSTED", async () => {
    for (const { deviceId } of [alpha, beta]) {
      const answers = await Promise.all(all.map(() => mesh.ask({ max_tokens: 4, device_id: deviceId })));
      const failures = answers.flatMap(({ failure }) => failure ?? []);
      assertEquals(new Set(failures.map(({ code }) => code)), new Set(["RESOURCE_EXHAUSTED"]));
      const name = deviceId === alpha.deviceId ? "alpha" : "beta";
      for (const { message } of failures) assertEquals(message.replace(/\d+ s$/, "1 s"), `${name}: ${full}`);
      const done = answers.filter(({ failure, text }) => !failure && text === "a b c a");
      assert(done.length >= 22, `${done.length} were answered`);
      assertEquals(done.length + failures.length, all.length);
    }
  });

  await t.step("to RunLLMTask: RESOURCE_EXHAUSTED, and nothing in `error`", async () => {
    const answers = await Promise.all(all.map(() => mesh.prompt("a b c", 4).catch((error: MeshError) => error)));
    const failures = answers.filter((answer) => answer instanceof MeshError);
    assertEquals(new Set(failures.map(({ code }) => code)), new Set(["RESOURCE_EXHAUSTED"]));
    const done = answers.filter((answer) => !(answer instanceof MeshError) && answer.error === "");
    assert(done.length >= 22, `${done.length} were answered`);
    assertEquals(done.length + failures.length, all.length);
  });

  for (const stream of [false, true]) {
    await t.step(
      `over HTTP ${stream ? "as streams" : "as a whole"}: 429 with Retry-After, when no device has room`,
      async () => {
        const before = asked();
        const answers = await Promise.all(all.map(() => mesh.chat({ max_tokens: 4, stream })));
        const turnedAway = answers.filter(({ status }) => status === 429);
        assertEquals(new Set(answers.map(({ status }) => status)), new Set([200, 429]));
        for (const { headers, text } of turnedAway) {
          assert(Number(headers.get("retry-after")) >= 1, headers.get("retry-after") ?? "no retry-after");
          assertLine(JSON.parse(text).error.message, "alpha: this device has", "beta: this device has", "try again in");
        }
        const done = answers.filter(({ status }) => status === 200);
        assert(done.length >= 44, `${done.length} were answered`);
        assertEquals(new Set(done.map(({ headers }) => headers.get("x-edgemesh-device"))), new Set(["alpha", "beta"]));
        await mesh.idle();
        assertEquals(asked() - before, done.length);
      },
    );
  }

  await t.step("as tasks of a job: all of them are answered, and whoever asks meanwhile is, too", async () => {
    const running = mesh.job(all.map((_, n) => promptTask(`task-${n}`, { max_output_tokens: 2 })));
    const meanwhile = await Promise.all(Array.from({ length: 10 }, () => mesh.ask()));
    assertEquals(meanwhile.map(({ failure }) => failure?.message), meanwhile.map(() => undefined));
    const job = await running;
    assertEquals([job.state, job.reason, job.tasks.length], ["DONE", "", all.length]);
    assertEquals(job.tasks.flatMap(({ failed_attempts }) => failed_attempts), []);
  });

  await t.step("tasks of a job wait for their turn where others are turned away", async () => {
    for (const ollama of Object.values(ollamas)) ollama.speed = { ...ollama.speed, msPerToken: 50 };
    // Some 4 s of work for each device: longer than a task's attempts last if each is turned away.
    const others = Promise.all(all.map(() => mesh.ask()));
    await eventually(async () => (await mesh.ask({ max_tokens: 1 })).failure, "full queues");
    const job = await mesh.job(["one", "two", "three", "four"].map((id) => promptTask(id)));
    assertEquals([job.state, job.tasks.flatMap(({ failed_attempts }) => failed_attempts)], ["DONE", []]);
    assertEquals(
      (await others).filter(({ failure }) => failure).map(({ failure }) => failure?.code)[0],
      "RESOURCE_EXHAUSTED",
    );
    for (const ollama of Object.values(ollamas)) ollama.speed = { ...ollama.speed, msPerToken: 5 };
  });

  await t.step("afterwards nothing is left of them", async () => {
    await mesh.idle();
    assertEquals((await mesh.ask()).text, "a b c a b c a b");
  });
});
