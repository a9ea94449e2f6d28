import type {
  DeviceModel,
  EmbedRequest,
  EmbedResponse,
  GenerateRequest,
  GenerationEnd,
  GenerationStart,
} from "../../../proto/messages.ts";

/** Who hears how a generation goes. */
export interface GenerationWatch {
  /** Called for each device that is tried: before the first text another one may take over. */
  onStart(start: GenerationStart): void;
  onText(text: string): void;
}

/** The models of the mesh, as the API needs them. Failures are `MeshError`s, among them `BusyError` where a queue is full. */
export interface MeshModels {
  /** The models of all devices that are online, in any order. */
  models(): readonly DeviceModel[];
  generate(request: GenerateRequest, watch: GenerationWatch, signal: AbortSignal): Promise<GenerationEnd>;
  embed(request: EmbedRequest, signal: AbortSignal): Promise<Embedded>;
}

/** Embeddings, and the device that made them. */
export interface Embedded {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly response: EmbedResponse;
}

/** Who may use the API. */
export interface BearerGate {
  /**
   * @param token the mesh key or a session; empty where none was given
   * @param peer the caller's address, with or without port
   * @throws {MeshError} `UNAUTHENTICATED`; `RESOURCE_EXHAUSTED` for who guesses
   */
  requireBearer(token: string, peer: string): { readonly clientName: string };
}
