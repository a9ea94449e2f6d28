// @ts-check

/** @typedef {import("./mesh_calls.js").Picked} Picked */

/**
 * What the page's address asks for.
 *
 * @typedef {object} Asked
 * @property {string} device
 * @property {Picked} picked
 * @property {string} video `vp8`, or empty
 * @property {boolean} actualSize
 */

/**
 * @param {string} address `https://HOST/screen/DEVICE?fps=15&quality=70&monitor=1&video=vp8&size=actual`
 * @returns {Asked}
 */
export function readAddress(address) {
  const { pathname, searchParams } = new URL(address);
  return {
    device: decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1)),
    picked: {
      fps: numberIn(searchParams.get("fps"), 1, 60, 8),
      quality: numberIn(searchParams.get("quality"), 1, 100, 60),
      monitor: numberIn(searchParams.get("monitor"), 0, 1000, 0),
    },
    video: searchParams.get("video") === "vp8" ? "vp8" : "",
    actualSize: searchParams.get("size") === "actual",
  };
}

/**
 * The same address with something else asked for, so that a page that is loaded again shows the same.
 *
 * @param {string} address
 * @param {Record<string, string | number>} asked
 */
export function addressWith(address, asked) {
  const url = new URL(address);
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, String(value));
  return url.href;
}

/**
 * @param {string | null} text
 * @param {number} least
 * @param {number} most
 * @param {number} otherwise
 */
function numberIn(text, least, most, otherwise) {
  const value = text && /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : otherwise;
}
