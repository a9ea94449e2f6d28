// @ts-check

/** @typedef {import("./mesh_calls.js").Device} Device */

/**
 * The device that a person means: by its whole id, its name, its name in another case, or the beginning of its id, in this order, as
 * the command line understands it.
 *
 * @param {string} wanted
 * @param {readonly Device[]} devices
 * @returns {Device}
 * @throws {Error} that says which it could be, or which there are
 */
export function findDevice(wanted, devices) {
  const folded = wanted.toLowerCase();
  /** @type {((device: Device) => boolean)[]} */
  const readings = [
    (device) => device.deviceId === wanted,
    (device) => device.deviceName === wanted,
    (device) => device.deviceName.toLowerCase() === folded,
    (device) => folded !== "" && device.deviceId.toLowerCase().startsWith(folded),
  ];
  for (const reading of readings) {
    const [found, ...others] = devices.filter(reading);
    if (found && others.length === 0) return found;
    if (found) throw new Error(`“${wanted}” could be each of ${listed([found, ...others])}.`);
  }
  throw new Error(`This mesh has no device “${wanted}”. It has ${listed(devices)}.`);
}

/** @param {readonly Device[]} devices */
function listed(devices) {
  const shown = devices.slice(0, 8).map(({ deviceId, deviceName }) => `${deviceName} (${deviceId.slice(0, 8)})`);
  return devices.length > shown.length ? `${shown.join(", ")}, …` : shown.join(", ") || "none";
}
