import { BusyError, MeshError } from "../core/errors.ts";
import type { ModelHost } from "./model_directory.ts";

/** What a device, or its model server, failed with, with its name: such a server's address alone says not where it is. */
export function ofDevice({ device }: ModelHost, error: MeshError): MeshError {
  const message = `${device.device_name}: ${error.message}`;
  if (error instanceof BusyError) return new BusyError(message, error.retryAfterMs);
  return new MeshError(error.code, message, { cause: error });
}

/** One device's failure with its name; of several, what each said. All busy: when the first has a place again. */
export function failureOf(failures: readonly { readonly host: ModelHost; readonly error: MeshError }[]): MeshError {
  const busy = failures.flatMap(({ error }) => error instanceof BusyError ? [error] : []);
  const [only] = failures;
  const said = failures.map(({ host, error }) => `${host.device.device_name}: ${error.message}`).join("; ");
  if (busy.length === failures.length) {
    const wait = Math.min(...busy.map((error) => error.retryAfterMs));
    return new BusyError(said, wait);
  }
  if (failures.length === 1 && only) return ofDevice(only.host, only.error);
  const worst = failures.find(({ error }) => !(error instanceof BusyError))?.error.code ?? "UNAVAILABLE";
  return new MeshError(worst, `no device could do it; ${said}`);
}
