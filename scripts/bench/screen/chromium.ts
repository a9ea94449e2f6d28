import { type Browser, chromium } from "playwright-core";

/** Where Debian has it. */
export const CHROMIUM = "/usr/bin/chromium";

/** Nothing but what its pages do, and no request to anybody else. */
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const START_LIMIT_MS = 60_000;

/** A real Chromium with an empty profile, which goes when it is closed. @throws {Error} when it is not there, or does not start */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: START_LIMIT_MS });
}
