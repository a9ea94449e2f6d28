import { MeshError, messageOf } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import type { ScreenSource } from "../types.ts";
import type { BackendName, CaptureBackend, CaptureEnvironment } from "./backend.ts";
import { BACKENDS, orderOn } from "./backends.ts";

export interface OpenScreenOptions {
  /** `auto` for the first way that works. */
  readonly capture: "auto" | BackendName;
  readonly environment: CaptureEnvironment;
  /** All of {@link BACKENDS} by default. */
  readonly backends?: readonly CaptureBackend[];
  readonly signal?: AbortSignal;
}

export interface OpenedScreen {
  /** To be closed by the caller. */
  readonly source: ScreenSource;
  /** What was in the way of what would have been preferred, e.g. `wayland: grim is not installed`. */
  readonly passedOver: readonly string[];
}

const log = logger("screen");

/** Only for desktops that nothing else can capture. */
const LAST_RESORT: BackendName = "ffmpeg";

/**
 * Opens this device's desktop in the first way that delivers a picture of it.
 *
 * @throws {MeshError} `FAILED_PRECONDITION` whose one line says for each way what was in the way
 */
export async function openScreen(options: OpenScreenOptions): Promise<OpenedScreen> {
  const { capture, environment, backends = BACKENDS, signal } = options;
  const names = capture === "auto" ? orderOn(environment.os) : [capture];
  const passedOver: string[] = [];
  let former: CaptureBackend | undefined;
  for (const name of names) {
    signal?.throwIfAborted();
    const backend = backends.find((candidate) => candidate.name === name);
    if (!backend) continue;
    try {
      const source = await openOne(backend, environment, signal);
      if (name !== LAST_RESORT || !former) return { source, passedOver };
      return await onceMore(former, environment, signal, { source, passedOver });
    } catch (error) {
      former = backend;
      signal?.throwIfAborted();
      passedOver.push(`${name}: ${messageOf(error)}`);
    }
  }
  const reasons = passedOver.length === 0 ? `there is no way to on ${environment.os}` : passedOver.join("; ");
  throw new MeshError("FAILED_PRECONDITION", `Cannot capture this screen (${reasons})`);
}

/**
 * The last resort works, but the desktop may have come up (an X server that is started again) only since the way before it was tried. That
 * one gets another chance, as what is opened here may stay in use for days.
 */
async function onceMore(
  preferred: CaptureBackend,
  environment: CaptureEnvironment,
  signal: AbortSignal | undefined,
  found: OpenedScreen,
): Promise<OpenedScreen> {
  try {
    const source = await openOne(preferred, environment, signal);
    await found.source.close().catch((failure) => log.debug`closing ${found.source.backend}: ${failure}`);
    return { source, passedOver: found.passedOver.slice(0, -1) };
  } catch (error) {
    if (!signal?.aborted) return found;
    await found.source.close().catch((failure) => log.debug`closing ${found.source.backend}: ${failure}`);
    throw error;
  }
}

async function openOne(
  backend: CaptureBackend,
  environment: CaptureEnvironment,
  signal: AbortSignal | undefined,
): Promise<ScreenSource> {
  const reason = backend.excluded(environment);
  if (reason !== undefined) throw new MeshError("FAILED_PRECONDITION", reason);
  const source = await backend.open({ environment, ...(signal && { signal }) });
  try {
    await deliver(source);
    return source;
  } catch (error) {
    await source.close().catch((failure) => log.debug`closing ${source.backend}: ${failure}`);
    throw error;
  }
}

/** What opens may still show nothing: only a picture proves that the screen can be captured. */
async function deliver(source: ScreenSource): Promise<void> {
  const [monitor] = await source.monitors();
  if (!monitor) throw new MeshError("FAILED_PRECONDITION", "it has no monitor");
  const { width, height } = monitor;
  const picture = await source.grab(monitor, { x: 0, y: 0, width, height });
  const bytes = picture.stride * (height - 1) + width * 4;
  if (picture.width !== width || picture.height !== height || picture.data.length < bytes) {
    throw new MeshError("INTERNAL", `a picture of ${width}x${height} is not whole`);
  }
}
