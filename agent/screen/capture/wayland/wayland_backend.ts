import { MeshError, messageOf } from "../../../core/errors.ts";
import { SessionPrograms } from "../../programs/session_programs.ts";
import type { ScreenSource } from "../../types.ts";
import type { CaptureBackend, OpenOptions } from "../backend.ts";
import { GrimSource } from "./grim_source.ts";
import { waylandSocket } from "./outputs.ts";
import { PortalSource } from "./portal_source.ts";
import { busAddress } from "./session_bus.ts";

/** A Wayland desktop: by `grim` where its compositor takes it, else by the desktop portal's screenshots. */
export const waylandBackend: CaptureBackend = {
  name: "wayland",
  excluded({ os, variable }) {
    if (os === "windows" || os === "darwin") return `there is no Wayland on ${os}`;
    return variable("WAYLAND_DISPLAY") === undefined ? "WAYLAND_DISPLAY is not set" : undefined;
  },
  async open(options) {
    const reasons: string[] = [];
    for (const openOne of [openGrim, openPortal]) {
      options.signal?.throwIfAborted();
      try {
        return await openOne(options);
      } catch (error) {
        options.signal?.throwIfAborted();
        reasons.push(messageOf(error));
      }
    }
    throw new MeshError("FAILED_PRECONDITION", reasons.join(", and "));
  },
};

async function openGrim({ environment: { os, variable } }: OpenOptions): Promise<ScreenSource> {
  const socket = waylandSocket(variable);
  if (socket === undefined) throw new MeshError("FAILED_PRECONDITION", "XDG_RUNTIME_DIR is not set");
  const programs = new SessionPrograms(variable, os);
  if (!programs.find("grim")) throw new MeshError("FAILED_PRECONDITION", "grim is not installed");
  const source = new GrimSource({ programs, socket });
  try {
    // Takes a picture of each: most compositors refuse grim.
    await source.monitors();
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openPortal({ environment: { variable } }: OpenOptions): Promise<ScreenSource> {
  const address = busAddress(variable);
  if (address === undefined) throw new MeshError("FAILED_PRECONDITION", "there is no session bus to ask the portal on");
  const source = new PortalSource({ address, socket: waylandSocket(variable) });
  try {
    await source.monitors();
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}
