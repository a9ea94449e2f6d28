import { MeshError } from "../../core/errors.ts";
import { fakeEncoder, fakeMonitor, FakeScreen } from "./fake_screen.ts";
import { serveScreen } from "./serve_screen.ts";

/** A screen that shows something new each time. */
class BusyScreen extends FakeScreen {
  override changes(...args: Parameters<FakeScreen["changes"]>) {
    this.paint(args[0].index);
    return super.changes(...args);
  }
}

/** The screen worker with a screen in memory. What it does wrong is asked for by a variable. */
serveScreen(({ device, variables, answerMs }) => ({
  device,
  openScreen: () => {
    if (variables.FAULT === "no screen") {
      throw new MeshError("FAILED_PRECONDITION", "Cannot capture this screen (no display)");
    }
    if (variables.FAULT === "crash") setTimeout(() => nowhere());
    if (variables.FAULT === "hang") setTimeout(() => forever());
    return Promise.resolve(new BusyScreen([fakeMonitor(0), fakeMonitor(1)]));
  },
  openEncoder: () => Promise.resolve(fakeEncoder),
  ffmpeg: () => undefined,
  ...(answerMs !== undefined && { answerMs }),
}));

function nowhere(): never {
  throw new Error("the worker has a fault");
}

function forever(): void {
  while (performance.now() >= 0);
}
