import { LinkedSignal } from "../../core/abort.ts";
import { durationText } from "../../core/duration.ts";
import { MeshError } from "../../core/errors.ts";
import { orAbort } from "../programs/or_abort.ts";
import type { ReadVariable } from "../programs/session_environment.ts";
import { DesktopDialog } from "./desktop_dialog.ts";
import type { Verdict } from "./dialog_programs.ts";
import { type ConsentRequest, DIALOG_TITLE, questionText } from "./question.ts";

export type { ConsentRequest } from "./question.ts";

/** Who decides whether a screen may be seen: its user, by a dialog; whoever started the agent, beforehand; nobody, it is off. */
export const CONSENT_MODES = ["ask", "allow", "off"] as const;
export type ConsentMode = typeof CONSENT_MODES[number];

/** Shows a question; see {@link DesktopDialog.ask}. */
export interface Dialog {
  ask(title: string, text: string, seconds: number, signal: AbortSignal): Promise<Verdict>;
}

export interface ConsentOptions {
  /** The environment of the desktop session, to show the dialog in. */
  readonly env: ReadVariable;
  /** How long a dialog waits for an answer, in ms. Default 30 s. */
  readonly timeoutMs?: number;
  /** The desktop's own by default. */
  readonly dialog?: Dialog;
}

/** What `--screen` says of a device that nobody may look at. */
const OFF = "this device does not show its screen: it was started with --screen off";
const DEFAULT_TIMEOUT_MS = 30_000;
/** Dialogs that may wait behind the one that is shown: as many as a device streams at once. */
const MAX_WAITING = 4;

/** Asks whether someone may look at this device's screen. Each "yes" is good for one stream. */
export class Consent {
  readonly #dialog: Dialog;
  readonly #timeoutMs: number;
  readonly #stopping = new AbortController();
  /** Resolves when the dialogs that were asked for so far are gone. */
  #lastDialog: Promise<unknown> = Promise.resolve();
  #asking = 0;

  constructor(readonly mode: ConsentMode, options: ConsentOptions) {
    this.#dialog = options.dialog ?? new DesktopDialog(options.env);
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /**
   * Resolves when it is allowed. One dialog is shown at a time; others wait for it, in turn.
   *
   * @param signal aborts when the asker goes away: its dialog is closed
   * @throws {MeshError} `PERMISSION_DENIED` with the reason: off, refused, not answered in time, no way to ask, too many
   * asked at once; `UNAVAILABLE` when the agent is stopping
   * @throws the signal's reason when it aborts
   */
  async ask(who: ConsentRequest, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#stopping.signal.throwIfAborted();
    if (this.mode === "off") throw denied(OFF);
    if (this.mode === "allow") return;
    if (this.#asking > MAX_WAITING) throw denied("too many others wait for an answer of this device's user");
    using gone = new LinkedSignal(signal, this.#stopping.signal);
    const before = this.#lastDialog;
    const turn = Promise.withResolvers<void>();
    this.#lastDialog = before.then(() => turn.promise);
    this.#asking++;
    try {
      await orAbort(before, gone.signal);
      await this.#show(who, gone.signal);
    } finally {
      this.#asking--;
      turn.resolve();
    }
  }

  /** Closes the dialogs and waits until they are gone. From then on everyone is refused. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort(new MeshError("UNAVAILABLE", "the agent is stopping"));
    await this.#lastDialog;
  }

  async #show(who: ConsentRequest, gone: AbortSignal): Promise<void> {
    const unanswered = `the user of this device did not answer within ${durationText(this.#timeoutMs)}`;
    using limit = new LinkedSignal(gone);
    limit.abortAfter(this.#timeoutMs, denied(unanswered));
    // Should the agent be killed meanwhile, the dialog still goes away by itself.
    const seconds = Math.ceil(this.#timeoutMs / 1000) + 1;
    const verdict = await this.#dialog.ask(DIALOG_TITLE, questionText(who), seconds, limit.signal);
    switch (verdict.kind) {
      case "yes":
        return;
      case "no":
        throw denied("the user of this device refused");
      case "timeout":
        throw denied(unanswered);
      case "failed":
        throw denied(`the user of this device cannot be asked: ${verdict.reason}`);
    }
  }
}

function denied(reason: string): MeshError {
  return new MeshError("PERMISSION_DENIED", reason);
}
