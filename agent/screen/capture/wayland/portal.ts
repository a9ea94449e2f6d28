import { fileURLToPath } from "node:url";
import { MeshError, messageOf } from "../../../core/errors.ts";
import { type BusMessage, SIGNAL } from "./bus_message.ts";
import { SessionBus } from "./session_bus.ts";

const PORTAL = { destination: "org.freedesktop.portal.Desktop", path: "/org/freedesktop/portal/desktop" } as const;
const RESPONSES = "type='signal',interface='org.freedesktop.portal.Request',member='Response'";

/** A 5K monitor's screenshot of noise, in bytes. */
const MAX_FILE_BYTES = 128 * 1024 * 1024;
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47];

/**
 * Has the desktop portal take a screenshot, and answers its PNG file, which is removed. The desktop may ask its user first.
 *
 * @param address path of the session's bus
 * @throws {MeshError} `UNAVAILABLE` with the reason
 * @throws the signal's reason when it aborts
 */
export async function portalScreenshot(address: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  signal.throwIfAborted();
  let bus: SessionBus | undefined;
  const close = () => {
    bus?.close();
    bus = undefined;
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    bus = await SessionBus.connect(address);
    signal.throwIfAborted();
    await bus.hello();
    return await takeFile(await askForScreenshot(bus));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MeshError) throw error;
    const reason = messageOf(error);
    throw new MeshError("UNAVAILABLE", `the desktop portal gives no screenshot: ${reason}`, { cause: error });
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/** The screenshot's address. */
async function askForScreenshot(bus: SessionBus): Promise<string> {
  await bus.listen(RESPONSES);
  // The answer may come before the call returns.
  const early: BusMessage[] = [];
  const [handle] = await bus.call({
    ...PORTAL,
    interface: "org.freedesktop.portal.Screenshot",
    member: "Screenshot",
    body: ["", { interactive: false, modal: false }],
  }, (message) => early.push(message));
  for (;;) {
    const message = early.shift() ?? await bus.next();
    if (message.kind === SIGNAL && message.member === "Response" && message.path === handle) return uriOf(message);
  }
}

function uriOf({ body: [outcome, results] }: BusMessage): string {
  if (outcome === 1) throw new Error("the user of this device refused it");
  const uri = Array.isArray(results) ? results.find((entry) => entry[0] === "uri")?.[1] : undefined;
  if (outcome !== 0 || typeof uri !== "string") throw new Error("it failed, and does not say why");
  return uri;
}

async function takeFile(uri: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = fileURLToPath(uri);
  const { size } = await Deno.stat(path);
  if (size > MAX_FILE_BYTES) throw new Error(`its file has ${size} bytes`);
  const bytes = await Deno.readFile(path);
  // Nothing but a picture is removed, whatever the portal names.
  if (!PNG_SIGNATURE.every((byte, at) => bytes[at] === byte)) throw new Error(`${path} is not a PNG file`);
  await Deno.remove(path);
  return bytes;
}
