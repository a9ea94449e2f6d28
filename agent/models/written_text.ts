import { LinkedSignal } from "../core/abort.ts";
import { MeshError, oneLine } from "../core/errors.ts";
import { clipped } from "../plans/clipped.ts";
import type { GenerateRequest, GenerationEnd, GenerationStart } from "../../proto/messages.ts";
import type { GenerationLimits, GenerationWatch } from "./gateway.ts";

/** Where text comes from: the models of the mesh. */
export interface TextSource {
  generate(request: GenerateRequest, watch: GenerationWatch, limits: GenerationLimits): Promise<GenerationEnd>;
}

/** A whole text, and who wrote it. */
export interface WrittenText {
  readonly text: string;
  readonly deviceName: string;
  readonly model: string;
}

export interface WritingLimits extends GenerationLimits {
  /** The longest text that is taken, in characters (UTF-16 units). A generation that goes on after it is stopped. */
  readonly maxCharacters: number;
  /** Told of each device that the request is given to. */
  readonly onStart?: (start: GenerationStart) => void;
}

/**
 * Waits for all that a model writes.
 *
 * @throws {MeshError} INTERNAL, naming the device, when the text is too long; else as the gateway does
 */
export async function writtenText(
  source: TextSource,
  request: GenerateRequest,
  { maxCharacters, onStart, ...limits }: WritingLimits,
): Promise<WrittenText> {
  let [text, deviceName, model] = ["", "", ""];
  let tooLong: MeshError | undefined;
  using run = new LinkedSignal(limits.signal);
  try {
    await source.generate(request, {
      onStart: (start) => {
        [text, deviceName, model] = ["", start.device_name, start.model];
        onStart?.(start);
      },
      onText: (piece) => {
        if (tooLong) return;
        if (text.length + piece.length <= maxCharacters) {
          text += piece;
          return;
        }
        const message = `${shownName(deviceName)}: the model wrote more than ${maxCharacters} characters`;
        tooLong = new MeshError("INTERNAL", message);
        run.abort(tooLong);
      },
    }, { ...limits, signal: run.signal });
  } catch (error) {
    limits.signal.throwIfAborted();
    throw tooLong ?? error;
  }
  // It may have ended before it could be stopped.
  if (tooLong) throw tooLong;
  return { text, deviceName, model };
}

/** A device's or a model's name as it can stand in a line, whatever the device says. */
export function shownName(name: string): string {
  return clipped(oneLine(name), 100);
}
