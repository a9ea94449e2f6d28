import type { IceConnection } from "./werift_parts.ts";

/**
 * werift asks a public STUN server of Google's when it is given no ICE servers at all, or only a TURN server. Nothing but
 * what the user named is to be asked. Call it before candidates are gathered.
 */
export function askNoStunServer(ice: IceConnection): void {
  ice.stunServer = undefined;
}

/**
 * Waits until the other side has sent a check, for `ms` milliseconds at most. For an answer without candidates that can be used: werift
 * gives up at once when it has nothing to check, though the other side, which knows our candidates, is about to show where it is.
 */
export async function firstCheck(ice: IceConnection, ms: number): Promise<void> {
  for (const end = performance.now() + ms; ice.earlyChecks.length === 0 && performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
