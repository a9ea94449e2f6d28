/** How messages are written: protobuf's own format, or its JSON mapping. */
export type MessageFormat = "proto" | "json";

/** Who makes a call. */
export interface ProcedureCaller {
  /** Its address with its port. */
  readonly peer: string;
  readonly edge: "http";
  /** It may show the mesh key instead of a session, and must show one of both. */
  readonly showsKey: true;
  /** When its deadline passes, in ms since the Unix epoch; Infinity where it set none. */
  deadline(): number;
  /** A header's value; empty where it was not sent. */
  metadata(name: string): string;
  /** Calls a listener when the caller goes away, its deadline passes, or the server stops. */
  onCancelled(listener: () => void): void;
}

/** One message as bytes. */
export interface Message {
  readonly format: MessageFormat;
  readonly bytes: Uint8Array;
}

/** A method that may be called, as the bridge needs it. */
export interface Procedure {
  readonly kind: "unary" | "server stream" | "two-way stream";
  /**
   * Serves one call. Resolves when the last message was sent; a unary method sends one.
   *
   * @throws {MeshError} with what the caller may be shown
   */
  serve(caller: ProcedureCaller, request: Message, send: (message: Uint8Array) => void): Promise<void>;
}
