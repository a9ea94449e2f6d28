/** The request header that names the device to ask. */
export const DEVICE_ID_HEADER = "x-edgemesh-device-id";

/** The headers that say who answered: the device's name, percent-encoded but for printable ASCII, and its id. */
export function deviceHeaders(deviceId: string, deviceName: string): Record<string, string> {
  return { "x-edgemesh-device": headerText(deviceName), [DEVICE_ID_HEADER]: headerText(deviceId) };
}

function headerText(text: string): string {
  return text.toWellFormed().replace(/[^ -$&-~]+/g, encodeURIComponent);
}
