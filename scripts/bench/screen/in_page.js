// @ts-check
/// <reference lib="dom" />

/**
 * What runs inside the viewer's page before the page's own script. The browser gets each function as text: it knows nothing
 * outside itself but its arguments.
 */

/** @typedef {{ near: number, far: number }} Way the ports of 127.0.0.1 that stand for an address */
/** @typedef {(host: string, port: number) => Promise<Way>} FindWay */
/** @typedef {{ at: number, bits: number }} Sighting when a clock was first on the canvas, in ms since 1970, and its blocks */
/** @typedef {{ block: number, columns: number, rows: number }} Clock */
/** @typedef {{ at: number, quality: number, scale: number, fps: number }} Rate how pictures were sent from a time on */
/**
 * @typedef {object} Globals
 * @property {FindWay} [benchWay]
 * @property {RTCPeerConnection[]} benchPeers
 * @property {Sighting[]} benchSeen
 * @property {Rate[]} benchRates
 */

/**
 * Keeps the page's connections, so that their counts can be read. Where there is a `benchWay`, both sides find each other only
 * through the ways that it tells.
 */
export function keepPeers() {
  const globals = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
  globals.benchPeers = [];
  globals.benchRates = [];
  /** @param {MessageEvent} message */
  const hear = ({ data }) => {
    const said = typeof data === "string" ? JSON.parse(data) : {};
    const { type, quality, fps, scale = 1 } = said;
    if (type === "welcome" || type === "rate") globals.benchRates.push({ at: Date.now(), quality, fps, scale });
  };
  /** @param {string} sdp @param {number} port the only candidate's */
  const only = (sdp, port) => {
    const candidate = `a=candidate:1 1 udp 2113937151 127.0.0.1 ${port} typ host\r\n`;
    return sdp.replaceAll(/^a=candidate:.*\r?\n/gm, "").replaceAll(/^a=ice-ufrag/gm, `${candidate}a=ice-ufrag`);
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    /** @type {Way | undefined} */
    #way;

    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super(configuration);
      globals.benchPeers.push(this);
      this.addEventListener("datachannel", ({ channel }) => channel.addEventListener("message", hear));
    }

    /** @override @param {RTCSessionDescriptionInit} description */
    async setRemoteDescription({ type, sdp = "" }) {
      const [, host, port] = /^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host/im.exec(sdp) ?? [];
      this.#way = host === undefined ? undefined : await globals.benchWay?.(host, Number(port));
      await super.setRemoteDescription({ type, sdp: this.#way ? only(sdp, this.#way.near) : sdp });
    }

    /** @override */
    get localDescription() {
      const description = super.localDescription;
      if (!description || !this.#way) return description;
      return new RTCSessionDescription({ type: description.type, sdp: only(description.sdp, this.#way.far) });
    }
  };
}

/**
 * Looks at the picture as often as the browser shows one, and notes each new clock in its corner.
 *
 * @param {Clock} clock
 */
export function watchClock({ block, columns, rows }) {
  const globals = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
  globals.benchSeen = [];
  const corner = new OffscreenCanvas(columns * block, rows * block);
  const context = corner.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  let last = 0;
  /** @param {CanvasImageSource} source @param {number} scale */
  const read = (source, scale) => {
    context.drawImage(source, 0, 0, corner.width * scale, corner.height * scale, 0, 0, corner.width, corner.height);
    const { data } = context.getImageData(0, 0, corner.width, corner.height);
    let bits = 0;
    for (let at = 0; at < columns * rows; at++) {
      const x = (at % columns) * block + block / 2;
      const y = Math.floor(at / columns) * block + block / 2;
      bits = bits * 2 + ((data[(y * corner.width + x) * 4 + 1] ?? 0) > 127 ? 1 : 0);
    }
    return bits;
  };
  const look = () => {
    requestAnimationFrame(look);
    const video = document.querySelector("video");
    const canvas = document.querySelector("canvas");
    const isVideo = video !== null && video.videoWidth > 0;
    const width = isVideo ? video.videoWidth : canvas?.width ?? 0;
    const source = isVideo ? video : canvas;
    if (!source || width === 0) return;
    const bits = read(source, width / 1920);
    if (bits === last) return;
    last = bits;
    globals.benchSeen.push({ at: Date.now(), bits });
  };
  requestAnimationFrame(look);
}
