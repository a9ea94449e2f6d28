import type { AuditTrail } from "./audit/audit_event.ts";
import type { AgentConfig, ScreenConfig } from "./config/config.ts";
import { processEnvironment } from "./config/paths.ts";
import type { Component } from "./core/lifecycle.ts";
import { configuredLog } from "./core/log.ts";
import { CAPTURE_VARIABLES } from "./screen/capture/backend.ts";
import { Consent } from "./screen/consent/consent.ts";
import { ScreenStreams } from "./screen/streams.ts";
import { ScreenCapture } from "./screen_capture.ts";
import { LocalScreenHost } from "./screen_host.ts";

/** This device's own screen. */
export interface LocalScreen {
  /** What the mesh may ask of it. */
  readonly host: LocalScreenHost;
  /** Whether there is one to show. To be started once the agent serves: finding out takes a thread and a picture. */
  readonly capture: ScreenCapture;
  /** To be stopped as soon as the agent is told to stop: questions and streams are no work that ends by itself. */
  readonly component: Component;
}

export interface LocalScreenParts {
  readonly deviceId: string;
  readonly audit: AuditTrail;
}

/** @param screen how it is shown */
export function localScreen(
  screen: ScreenConfig,
  config: AgentConfig,
  { deviceId, audit }: LocalScreenParts,
): LocalScreen {
  const log = configuredLog();
  const consent = new Consent(screen.consent, { env: processEnvironment });
  const streams = new ScreenStreams({
    consent,
    iceServers: screen.iceServers,
    settings: {
      device: config.name,
      capture: screen.capture,
      variables: desktopVariables(),
      dataDir: config.dataDir,
      ...log && { log },
    },
  });
  const capture = new ScreenCapture({ probe: () => streams.probe() });
  const stop = async () => {
    await Promise.all([capture.stop(), consent.stop(), streams.close()]);
  };
  return {
    host: new LocalScreenHost({ deviceId, streams, capture, audit }),
    capture,
    component: { name: "screen", start: () => {}, stop },
  };
}

/** Those that say where the user's desktop is, as far as they are set. */
function desktopVariables(): Record<string, string> {
  return Object.fromEntries(CAPTURE_VARIABLES.flatMap((name) => {
    const value = processEnvironment(name);
    return value ? [[name, value]] : [];
  }));
}
