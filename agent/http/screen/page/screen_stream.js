// @ts-check
/// <reference lib="dom" />
import { FrameReader } from "../../../screen/wire/frame_reader.js";

/** @typedef {import("./mesh_calls.js").MeshCalls} MeshCalls */
/** @typedef {import("./mesh_calls.js").Monitor} Monitor */
/** @typedef {import("./mesh_calls.js").Picked} Picked */
/** @typedef {import("../../../screen/wire/frame_reader.js").Received} Received */

/** @typedef {{ device: string, backend: string, monitor: number, monitors: Monitor[], fps: number, quality: number }} Welcome */

/**
 * Whoever shows what comes.
 *
 * @typedef {object} StreamEvents
 * @property {(welcome: Welcome) => void} onWelcome at the start, and after each change of what is shown
 * @property {(received: Received) => void} onReceived
 * @property {(track: MediaStreamTrack) => void} onVideo
 * @property {(bytes: number) => void} onBytes of each message
 * @property {(askedAt: number, time: number) => void} onClock the sender's clock
 * @property {(reason: string) => void} onPause nothing can be captured at the moment
 * @property {() => void} onResume
 * @property {(message: string) => void} onError what was asked for last was refused
 * @property {(end: StreamEnd) => void} onEnd once
 */

/** @typedef {{ reason: string, onPurpose: boolean }} StreamEnd on purpose: the device ended it, and would not like another one at once */

/** Addresses of this machine are found at once; so long others are waited for, in ms. */
const GATHER_MS = 3000;

/** From the answer to the open channel it takes no longer than this, in ms. */
const OPEN_MS = 20_000;

/** A sender that says nothing for so long is gone, in ms: it says at least each second that it is there. */
const SILENCE_MS = 8000;

/** So often the sender's clock is asked for, in ms. */
const PING_MS = 2000;

/** One stream of a device's screen, from its offer to its end. */
export class ScreenStream {
  #calls;
  #events;
  #streamId = "";
  #ended = false;
  #connection = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
  /** @type {RTCDataChannel | undefined} */
  #channel;
  #reader = new FrameReader();
  #aborting = new AbortController();
  /** @type {ReturnType<typeof setTimeout>[]} */
  #timers = [];
  #lastHeard = 0;
  #isWelcome = false;
  /** @type {Map<number, number>} when which ping was sent */
  #pings = new Map();
  #pingId = 0;

  /**
   * @param {MeshCalls} calls
   * @param {StreamEvents} events
   */
  constructor(calls, events) {
    this.#calls = calls;
    this.#events = events;
    const connection = this.#connection;
    connection.ondatachannel = ({ channel }) => this.#take(channel);
    connection.ontrack = ({ track }) => events.onVideo(track);
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "failed") this.#fail("the connection to the device failed");
    };
  }

  /**
   * Asks for the stream and connects. Resolves when the device has the answer.
   *
   * @param {string} deviceId
   * @param {Picked} picked
   * @param {string} video
   * @throws {import("./mesh_calls.js").CallError} where the agent or the device refuses
   */
  async start(deviceId, picked, video) {
    const { signal } = this.#aborting;
    try {
      const offer = await this.#calls.start(deviceId, picked, video, signal);
      this.#streamId = offer.streamId;
      if (this.#ended) return this.#tellDevice();
      await this.#connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
      await this.#connection.setLocalDescription();
      await gathered(this.#connection);
      await this.#calls.answer(offer.streamId, this.#connection.localDescription?.sdp ?? "", signal);
    } catch (error) {
      if (this.#ended) return;
      this.#close();
      throw error;
    }
    this.#timers.push(setTimeout(() => {
      if (this.#channel?.readyState !== "open") this.#fail("the device was not reached: no way between here and there");
    }, OPEN_MS));
  }

  /** @param {Partial<Picked>} picked what is to change */
  set(picked) {
    this.#send({ type: "set", ...picked });
  }

  /** @param {number} frame the number of what is on the screen now */
  shown(frame) {
    this.#send({ type: "ack", frame });
  }

  /**
   * What of a video has come so far; undefined where there is none.
   *
   * @returns {Promise<{ frames: number, bytes: number } | undefined>}
   */
  async video() {
    for (const report of (await this.#connection.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") {
        return { frames: report.framesDecoded ?? 0, bytes: report.bytesReceived ?? 0 };
      }
    }
  }

  /** What came could not be shown: all of it anew. */
  startAnew() {
    this.#reader.reset();
    this.#send({ type: "key" });
  }

  /** Ends it, and tells the device. Idempotent; `onEnd` is not called. */
  stop() {
    this.#close();
  }

  /** @param {RTCDataChannel} channel */
  #take(channel) {
    if (channel.label !== "frames") return;
    this.#channel = channel;
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }) => this.#heard(data);
    channel.onclose = () => this.#fail("the connection to the device ended");
    channel.onopen = () => this.#opened();
    if (channel.readyState === "open") this.#opened();
  }

  #opened() {
    if (this.#lastHeard !== 0) return;
    this.#lastHeard = performance.now();
    this.#greet();
    this.#ping();
    this.#timers.push(setInterval(() => this.#look(), PING_MS));
  }

  #look() {
    if (performance.now() - this.#lastHeard > SILENCE_MS) this.#fail("the device says nothing any more");
    else this.#ping();
    // Saying it again does no harm, and a device that has not heard it sends whole pictures only.
    if (!this.#isWelcome) this.#greet();
  }

  #greet() {
    this.#send({ type: "hello", tiles: 1 });
  }

  #ping() {
    this.#pings.set(++this.#pingId, Date.now());
    this.#send({ type: "ping", id: this.#pingId });
  }

  /** @param {string | ArrayBuffer} data */
  #heard(data) {
    if (this.#ended) return;
    this.#lastHeard = performance.now();
    if (typeof data === "string") return this.#told(data);
    this.#events.onBytes(data.byteLength);
    let received;
    try {
      received = this.#reader.read(new Uint8Array(data));
    } catch (error) {
      console.warn("what came is no picture:", error);
      return this.startAnew();
    }
    if (received) this.#events.onReceived(received);
  }

  /** @param {string} text */
  #told(text) {
    const message = JSON.parse(text);
    const events = this.#events;
    switch (message.type) {
      case "welcome":
        this.#isWelcome = true;
        return events.onWelcome(message);
      case "pong": {
        const askedAt = this.#pings.get(message.id);
        this.#pings.delete(message.id);
        if (askedAt !== undefined) events.onClock(askedAt, message.time);
        return;
      }
      case "pause":
        return events.onPause(message.reason);
      case "resume":
        return events.onResume();
      case "error":
        return events.onError(message.message);
      case "end":
        this.#close();
        return events.onEnd({ reason: message.reason, onPurpose: true });
    }
  }

  /** @param {object} message */
  #send(message) {
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify(message));
  }

  /** @param {string} reason */
  #fail(reason) {
    if (this.#ended) return;
    this.#close();
    this.#events.onEnd({ reason, onPurpose: false });
  }

  #close() {
    if (this.#ended) return;
    this.#ended = true;
    this.#aborting.abort(new Error("the viewer stopped"));
    for (const timer of this.#timers) clearTimeout(timer);
    this.#tellDevice();
    this.#connection.close();
  }

  #tellDevice() {
    // It may have ended already, and ends by itself where this does not reach it.
    if (this.#streamId) this.#calls.stop(this.#streamId).catch(() => {});
  }
}

/**
 * Waits until all addresses of this side are known, or long enough.
 *
 * @param {RTCPeerConnection} connection
 * @returns {Promise<void>}
 */
function gathered(connection) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER_MS);
    const look = () => {
      if (connection.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    };
    connection.addEventListener("icegatheringstatechange", look);
    look();
  });
}
