/** A fault of a request that only HTTP has, or that one of its fields has. The message is one line for the client. */
export class ApiError extends Error {
  override name = "ApiError";

  /**
   * @param status the HTTP status
   * @param details.param the field of the body that is wrong
   * @param details.code what programs go by
   */
  constructor(
    readonly status: number,
    message: string,
    readonly details: {
      readonly param?: string;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
  }
}

/** A field of the body is wrong: 400. */
export function wrongField(param: string, message: string): ApiError {
  return new ApiError(400, message, { param });
}

/** A field asks for what edgemesh does not have: 400. What would change the answer is never ignored. */
export function unsupportedField(param: string, message: string): ApiError {
  return new ApiError(400, message, { param, code: "unsupported_parameter" });
}
