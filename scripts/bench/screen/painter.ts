/**
 * A process that keeps a scene moving on an X server: `painter.ts DISPLAY SCENE STEPS_A_SECOND`. Says `ready` once the
 * scene is there. Ends with its standard input.
 */
import { isSceneName, SCENES } from "./scenes.ts";
import { X11Drawing } from "./x11_drawing.ts";

const [display = "", name, rate] = Deno.args;
if (!isSceneName(name)) throw new Error(`unknown scene ${name}`);
await using x11 = await X11Drawing.connect(display);
const scene = SCENES[name](x11);
await x11.settled();

let ended = false;
(async () => {
  for await (const _ of Deno.stdin.readable);
  ended = true;
})();

const periodMs = 1000 / Number(rate);
let due = performance.now();
for (let step = 0; !ended; step++) {
  scene.paint(step, Date.now());
  await x11.settled();
  if (step === 0) console.log("ready");
  // A step that comes too late moves the following ones: they do not come in a bunch.
  due = Math.max(due + periodMs, performance.now() - periodMs);
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}
