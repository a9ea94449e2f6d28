import { MeshError } from "../../../core/errors.ts";
import type { CaptureBackend } from "../backend.ts";
import { X11Source } from "./x11_source.ts";

/** The display that `DISPLAY` names, by a client of our own. */
export const x11Backend: CaptureBackend = {
  name: "x11",
  excluded({ os, variable }) {
    if (os === "windows" || os === "darwin" || os === "android") return `there is no X server on ${os}`;
    return variable("DISPLAY") === undefined ? "DISPLAY is not set" : undefined;
  },
  async open({ environment: { variable }, signal }) {
    const display = variable("DISPLAY");
    if (display === undefined) throw new MeshError("FAILED_PRECONDITION", "DISPLAY is not set");
    const home = variable("HOME");
    const authority = variable("XAUTHORITY") ?? (home === undefined ? undefined : `${home}/.Xauthority`);
    return await X11Source.open({ display, authority, signal });
  },
};
