import { MeshError } from "../../core/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { eventually } from "../../../tests/processes.ts";
import { Consent, type ConsentMode, type Dialog } from "./consent.ts";
import type { Verdict } from "./dialog_programs.ts";

const WHO = { clientName: "laptop", peerAddress: "10.0.0.7:1", monitorName: "HDMI-1" };
const NEVER = new AbortController().signal;

/** A dialog that a test answers. */
class FakeDialog implements Dialog {
  /** Of the dialogs that are shown now. */
  readonly shown: ((verdict: Verdict) => void)[] = [];
  texts: string[] = [];

  ask(_title: string, text: string, _seconds: number, signal: AbortSignal): Promise<Verdict> {
    this.texts.push(text);
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    this.shown.push(resolve);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    return promise.finally(() => this.shown.splice(this.shown.indexOf(resolve), 1));
  }

  async answer(verdict: Verdict): Promise<void> {
    (await eventually(() => this.shown[0], "a dialog"))(verdict);
  }
}

function consent(mode: ConsentMode, dialog: Dialog, timeoutMs = 30_000): Consent {
  return new Consent(mode, { env: () => undefined, dialog, timeoutMs });
}

async function refusal(asking: Promise<void>): Promise<MeshError> {
  return await assertRejects(() => asking, MeshError);
}

Deno.test("with off everyone is refused, with allow nobody is asked", async () => {
  const dialog = new FakeDialog();
  const { code, message } = await refusal(consent("off", dialog).ask(WHO, NEVER));
  assertEquals([code, message.includes("--screen off")], ["PERMISSION_DENIED", true]);
  await consent("allow", dialog).ask(WHO, NEVER);
  assertEquals(dialog.texts, []);
});

Deno.test("the user's yes is good for one stream only", async () => {
  const dialog = new FakeDialog();
  const asked = consent("ask", dialog);
  for (const _ of [1, 2]) {
    const asking = asked.ask(WHO, NEVER);
    await dialog.answer({ kind: "yes" });
    await asking;
  }
  assertEquals(dialog.texts.length, 2);
});

Deno.test("the user's no, a dialog that closed by itself and one that failed are told apart", async () => {
  const dialog = new FakeDialog();
  const asked = consent("ask", dialog);
  const verdicts: [Verdict, string][] = [
    [{ kind: "no" }, "the user of this device refused"],
    [{ kind: "timeout" }, "the user of this device did not answer within 30 s"],
    [{ kind: "failed", reason: "no screen" }, "the user of this device cannot be asked: no screen"],
  ];
  for (const [verdict, text] of verdicts) {
    const asking = refusal(asked.ask(WHO, NEVER));
    await dialog.answer(verdict);
    const { code, message } = await asking;
    assertEquals([code, message], ["PERMISSION_DENIED", text]);
  }
});

Deno.test("a question that nobody answers is withdrawn", async () => {
  const dialog = new FakeDialog();
  const { code, message } = await refusal(consent("ask", dialog, 20).ask(WHO, NEVER));
  assertEquals([code, message], ["PERMISSION_DENIED", "the user of this device did not answer within 20 ms"]);
  assertEquals(dialog.shown.length, 0);
});

Deno.test("one dialog is shown at a time, and those whose asker went away are not shown at all", async () => {
  const dialog = new FakeDialog();
  const asked = consent("ask", dialog);
  const goesAway = new AbortController();
  const first = asked.ask({ ...WHO, clientName: "first" }, NEVER);
  const second = refusal(asked.ask({ ...WHO, clientName: "second" }, goesAway.signal));
  const third = asked.ask({ ...WHO, clientName: "third" }, NEVER);
  await eventually(() => dialog.shown[0], "the first dialog");
  goesAway.abort(new MeshError("CANCELLED", "gone"));
  assertEquals((await second).code, "CANCELLED");
  assertEquals(dialog.shown.length, 1);
  await dialog.answer({ kind: "yes" });
  await first;
  await eventually(() => dialog.texts.length === 2 || undefined, "the third's dialog");
  assertEquals(dialog.shown.length, 1);
  await dialog.answer({ kind: "yes" });
  await third;
  assert(dialog.texts[1]?.includes("third"));
});

Deno.test("an asker who goes away takes its dialog along", async () => {
  const dialog = new FakeDialog();
  const goesAway = new AbortController();
  const asking = refusal(consent("ask", dialog).ask(WHO, goesAway.signal));
  await eventually(() => dialog.shown[0], "the dialog");
  goesAway.abort(new MeshError("CANCELLED", "gone"));
  assertEquals((await asking).code, "CANCELLED");
  assertEquals(dialog.shown.length, 0);
});

Deno.test("more than five who ask at once are refused, until one was answered", async () => {
  const dialog = new FakeDialog();
  const asked = consent("ask", dialog);
  const asking = [1, 2, 3, 4, 5].map(() => asked.ask(WHO, NEVER));
  assertEquals((await refusal(asked.ask(WHO, NEVER))).code, "PERMISSION_DENIED");
  await dialog.answer({ kind: "yes" });
  await asking[0];
  asking.push(asked.ask(WHO, NEVER));
  for (const one of asking.slice(1)) {
    await dialog.answer({ kind: "yes" });
    await one;
  }
});

Deno.test("an agent that stops closes the dialog and refuses who waits", async () => {
  const dialog = new FakeDialog();
  const asked = consent("ask", dialog);
  const asking = [1, 2].map(() => refusal(asked.ask(WHO, NEVER)));
  await eventually(() => dialog.shown[0], "the dialog");
  await Promise.all([asked.stop(), asked.stop()]);
  assertEquals(dialog.shown.length, 0);
  assertEquals((await Promise.all(asking)).map(({ code }) => code), ["UNAVAILABLE", "UNAVAILABLE"]);
  assertEquals((await refusal(asked.ask(WHO, NEVER))).code, "UNAVAILABLE");
});
