// @ts-check
/// <reference lib="dom" />

/** What tests run inside a page. The browser gets each function as text: it knows nothing outside itself but its arguments. */

/** @typedef {{ width: number, height: number, rgba: string }} CanvasPixels the pixels in base64 */

/**
 * What a canvas shows.
 *
 * @param {string} selector
 * @returns {CanvasPixels}
 */
export function canvasPixels(selector) {
  const canvas = document.querySelector(selector);
  if (!(canvas instanceof HTMLCanvasElement) || canvas.width === 0) return { width: 0, height: 0, rgba: "" };
  const { width, height } = canvas;
  const data = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
  let text = "";
  for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
  return { width, height, rgba: btoa(text) };
}

/**
 * @typedef {object} OldViewer
 * @property {number} pictures that were shown
 * @property {number} texts messages that it does not understand
 * @property {number} largest bytes of one message
 */

/**
 * A viewer as they were before there were tiles: it shows each message as a JPEG, and never says anything.
 *
 * @param {string} offer
 * @returns {Promise<string>} its answer
 */
export async function answerAsOldViewer(offer) {
  const canvas = document.body.appendChild(document.createElement("canvas"));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  /** @type {OldViewer} */
  const seen = { pictures: 0, texts: 0, largest: 0 };
  Object.assign(globalThis, { oldViewer: seen });
  const connection = new RTCPeerConnection({ iceServers: [] });
  connection.ondatachannel = ({ channel }) => {
    channel.binaryType = "arraybuffer";
    channel.onmessage = async ({ data }) => {
      if (typeof data === "string") return seen.texts++;
      seen.largest = Math.max(seen.largest, data.byteLength);
      const bitmap = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
      }
      context.drawImage(bitmap, 0, 0);
      seen.pictures++;
    };
  };
  await connection.setRemoteDescription({ type: "offer", sdp: offer });
  await connection.setLocalDescription();
  if (connection.iceGatheringState !== "complete") {
    await new Promise((resolve) => {
      connection.onicegatheringstatechange = () => connection.iceGatheringState === "complete" && resolve(undefined);
    });
  }
  return connection.localDescription?.sdp ?? "";
}

/** @returns {OldViewer} */
export function oldViewerSaw() {
  return /** @type {{ oldViewer: OldViewer }} */ (/** @type {unknown} */ (globalThis)).oldViewer;
}
