import { createHash } from "node:crypto";

/** A model that a stand-in has. Only the name is needed. */
export interface StandInModel {
  /** Without a tag, `:latest` is meant. */
  readonly name: string;
  /** In memory from the start. Default true. */
  readonly loaded?: boolean;
  /** On disk, in bytes. */
  readonly sizeBytes?: number;
  /** In memory, in bytes. Default: a quarter more than on disk. */
  readonly memoryBytes?: number;
  readonly parameterSize?: string;
  readonly quantization?: string;
  /** Default `llama`. */
  readonly family?: string;
  /** Default 4 May 2025. */
  readonly modifiedAt?: Date;
  /** What `/api/show` says that it can do; null = nothing, as older servers do. Default: completion. */
  readonly capabilities?: readonly string[] | null;
  /** Whether it makes embeddings where it is asked to, which those that write text mostly do too. Default true. */
  readonly embeds?: boolean;
  /** Of its embeddings; default 8. */
  readonly dimensions?: number;
  /** Said before the answer, as thinking; costs tokens as any other text. */
  readonly thinking?: string;
  /** These beat the server's. */
  readonly loadMs?: number;
  readonly msPerPromptToken?: number;
  readonly msPerToken?: number;
}

/** A model as it is now. */
export class ModelState {
  readonly name: string;
  readonly digest: string;
  loaded: boolean;
  /** The tokens of its last prompt, which it need not read again. */
  lastPrompt: readonly string[] = [];
  /** The loading under way. */
  loading: Promise<void> | undefined;

  constructor(readonly given: StandInModel) {
    this.name = withTag(given.name);
    this.loaded = given.loaded ?? true;
    this.digest = createHash("sha256").update(JSON.stringify(given)).digest("hex");
  }

  get capabilities(): readonly string[] | null {
    return this.given.capabilities === undefined ? ["completion"] : this.given.capabilities;
  }

  /** Whether it writes text. */
  get generates(): boolean {
    return this.capabilities?.includes("completion") ?? !this.family.includes("bert");
  }

  get family(): string {
    return this.given.family ?? "llama";
  }

  get sizeBytes(): number {
    return this.given.sizeBytes ?? 2_019_393_189;
  }

  get memoryBytes(): number {
    return this.given.memoryBytes ?? Math.round(this.sizeBytes * 1.25);
  }

  get dimensions(): number {
    return this.given.dimensions ?? 8;
  }

  get modifiedAt(): Date {
    return this.given.modifiedAt ?? new Date("2025-05-04T17:37:44Z");
  }
}

/** The name as Ollama lists it: `llama3.2` is `llama3.2:latest`. */
export function withTag(name: string): string {
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}
