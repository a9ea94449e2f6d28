import { openScreen } from "../capture/open_screen.ts";
import { openJpegEncoder } from "../jpeg/jpeg_encoder.ts";
import { SessionPrograms } from "../programs/session_programs.ts";
import { serveScreen } from "./serve_screen.ts";

/** The thread that captures, encodes and streams this device's screen. */
serveScreen(({ device, capture, variables, dataDir, answerMs }) => {
  const variable = (name: string) => variables[name] || undefined;
  const programs = new SessionPrograms(variable);
  const environment = { os: Deno.build.os, variable };
  return {
    device,
    openScreen: async (signal) => (await openScreen({ capture, environment, signal })).source,
    openEncoder: () => openJpegEncoder({ dataDir }),
    ffmpeg: (args) => programs.find("ffmpeg", args),
    ...(answerMs !== undefined && { answerMs }),
  };
});
