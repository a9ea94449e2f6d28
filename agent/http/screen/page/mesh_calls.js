// @ts-check
/// <reference lib="dom" />

/** A call that failed. `code` is Connect's: https://connectrpc.com/docs/protocol#error-codes */
export class CallError extends Error {
  /**
   * @param {string} code
   * @param {string} message what the agent said
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const MESH = "edgemesh.v1.MeshService";
const ORCHESTRATOR = "edgemesh.OrchestratorService";

/** @typedef {{ deviceId: string, deviceName: string, canScreenCapture: boolean }} Device */
/** @typedef {{ index: number, name: string, primary: boolean, x: number, y: number, width: number, height: number }} Monitor */
/** @typedef {{ fps: number, quality: number, monitor: number }} Picked what of the pictures can be chosen */
/** @typedef {{ streamId: string, sdp: string, deviceId: string, deviceName: string }} Offer */

/** The calls to the agent that served this page. */
export class MeshCalls {
  #key;

  /** @param {string} key the mesh key or a session */
  constructor(key) {
    this.#key = key;
  }

  /** @returns {Promise<Device[]>} */
  async devices() {
    const { devices = [] } = await this.#call(ORCHESTRATOR, "ListDevices", {});
    return devices;
  }

  /**
   * @param {string} deviceId
   * @returns {Promise<Monitor[]>}
   */
  async monitors(deviceId) {
    const { monitors = [] } = await this.#call(MESH, "ListMonitors", { deviceId });
    return monitors.map(withNumbers);
  }

  /**
   * @param {string} deviceId
   * @param {Picked} picked
   * @param {string} video `vp8`, or empty for pictures
   * @param {AbortSignal} signal
   * @returns {Promise<Offer>}
   */
  start(deviceId, { fps, quality, monitor }, video, signal) {
    const config = { targetFps: fps, jpegQuality: quality, monitorIndex: monitor };
    return this.#call(MESH, "StartScreen", { deviceId, config, video }, { signal });
  }

  /**
   * @param {string} streamId
   * @param {string} sdp
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  answer(streamId, sdp, signal) {
    return this.#call(MESH, "AnswerScreen", { streamId, sdp }, { signal });
  }

  /**
   * Also while the page goes away.
   *
   * @param {string} streamId
   * @returns {Promise<void>}
   */
  stop(streamId) {
    return this.#call(MESH, "StopScreen", { streamId }, { keepalive: true });
  }

  /**
   * @param {string} service
   * @param {string} method
   * @param {object} message
   * @param {RequestInit} [options]
   */
  async #call(service, method, message, options = {}) {
    const response = await fetch(new URL(`../${service}/${method}`, location.href), {
      method: "POST",
      headers: this.#headers(),
      body: JSON.stringify(message),
      cache: "no-store",
      credentials: "omit",
      ...options,
    }).catch(() => {
      if (options.signal?.aborted) throw options.signal.reason;
      throw new CallError("unavailable", "The agent cannot be reached.");
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    throw new CallError(answer.code ?? "unknown", answer.message ?? `the agent answered with HTTP ${response.status}`);
  }

  /** @throws {CallError} where the key has characters that no header can have */
  #headers() {
    try {
      return new Headers({
        "content-type": "application/json",
        "connect-protocol-version": "1",
        authorization: `Bearer ${this.#key}`,
      });
    } catch {
      throw new CallError("unauthenticated", "this is no key: it has characters that keys do not have");
    }
  }
}

/**
 * Protobuf's JSON leaves out what is 0 or empty.
 *
 * @param {Partial<Monitor>} monitor
 * @returns {Monitor}
 */
function withNumbers(monitor) {
  return { index: 0, name: "", primary: false, x: 0, y: 0, width: 0, height: 0, ...monitor };
}
