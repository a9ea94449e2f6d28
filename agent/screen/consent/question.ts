/** Who wants to look at which screen. */
export interface ConsentRequest {
  /** As the client calls itself: it may say anything. */
  readonly clientName: string;
  /** Where it calls from, e.g. `192.168.1.7:40112`. */
  readonly peerAddress: string;
  /** As the system calls it, e.g. `HDMI-1`. */
  readonly monitorName: string;
}

/** Title of every dialog. */
export const DIALOG_TITLE = "edgemesh";

/** Longest part that someone else chose, in characters. */
const MAX_SHOWN = 64;

/** The text of the dialog. It begins with a letter and holds no markup, escape or control characters but line ends. */
export function questionText(who: ConsentRequest): string {
  return [
    `Someone wants to see the screen of this computer (${shownText(who.monitorName)}).`,
    `Name given: “${shownText(who.clientName)}”, address: ${shownText(who.peerAddress)}.`,
    "",
    "Allow it for this time? You can end it at any time by stopping edgemesh.",
  ].join("\n");
}

/**
 * Text that someone else chose, as it can stand in a dialog: letters, digits and a few signs. Markup, escapes, quotes,
 * control and direction characters become `?`, so that it can neither change how the rest looks nor pretend to be part of it.
 */
export function shownText(text: string): string {
  const plain = [...text.toWellFormed().normalize("NFC")].slice(0, MAX_SHOWN + 1);
  const shown = plain.slice(0, MAX_SHOWN).join("").replace(/[^\p{L}\p{M}\p{N} .,:;_@+()[\]#'/-]/gu, "?").trim();
  if (shown === "") return "unknown";
  // More than a few marks on one letter would be painted over the lines around it.
  return shown.replace(/(\p{M}{3})\p{M}+/gu, "$1") + (plain.length > MAX_SHOWN ? "…" : "");
}
