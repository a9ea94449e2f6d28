// @ts-check
/// <reference lib="dom" />
import { Controls, element } from "./controls.js";
import { Figures } from "./figures.js";
import { MeshCalls } from "./mesh_calls.js";
import { addressWith, readAddress } from "./page_address.js";
import { Painter } from "./painter.js";
import { View } from "./view.js";
import { Viewer } from "./viewer.js";

/** @typedef {import("./viewer.js").State} State */
/** @typedef {import("../../../screen/wire/frame_reader.js").Received} Received */

/** Where this tab keeps its key. */
const KEY = "edgemesh.key";

/** So often the figures are shown, in ms. */
const FIGURES_MS = 500;

const asked = readAddress(location.href);
const stage = element("stage", HTMLElement);
const video = element("video", HTMLVideoElement);
const picture = element("picture", HTMLCanvasElement);
const view = new View(stage, element("screen", HTMLElement), element("pointer", HTMLCanvasElement));
const painter = new Painter(picture);
let figures = new Figures();
let backend = "";
/** @type {Viewer | undefined} */
let viewer;

const controls = new Controls(asked.picked, (picked) => {
  remember(picked);
  viewer?.pick(picked);
});

/** @param {Record<string, string | number>} picked */
function remember(picked) {
  history.replaceState(null, "", addressWith(location.href, picked));
}

/** @param {string} key */
function connect(key) {
  viewer?.stop();
  viewer = new Viewer({
    calls: new MeshCalls(key),
    device: asked.device,
    picked: asked.picked,
    video: asked.video,
    onState: (state, message) => become(state, message),
    onDevice({ deviceName }) {
      element("device", HTMLElement).textContent = deviceName;
      document.title = `${deviceName} – edgemesh`;
    },
    onMonitors: (monitors) => controls.monitors(monitors),
    events: {
      onWelcome(welcome) {
        backend = welcome.backend;
        controls.monitors(welcome.monitors);
        controls.show(welcome);
      },
      onReceived: receive,
      onVideo: play,
      onBytes: (bytes) => figures.received(bytes),
      onClock: (askedAt, time) => figures.clock(askedAt, time),
      onError: (message) => element("status-text", HTMLElement).textContent = message,
    },
  });
  viewer.start();
}

/** @param {Received} received */
async function receive(received) {
  if (received.kind === "shape") return view.shape(received);
  if (received.kind === "position") return view.position(received);
  const { viewer: from, figures: counted } = { viewer, figures };
  try {
    if (!await painter.draw(received)) return;
  } catch (error) {
    console.warn("a picture could not be shown:", error);
    return from?.startAnew();
  }
  if (received.kind === "jpeg") {
    // An old-style picture has the pointer in it, and neither a number nor a time.
    view.position(undefined);
    view.resize(received.width, received.height);
    counted.shown();
    return from?.showing();
  }
  view.resize(received.monitorWidth, received.monitorHeight);
  counted.shown(received.capturedAt);
  from?.shown(received.id);
}

/** @param {MediaStreamTrack} track */
function play(track) {
  video.srcObject = new MediaStream([track]);
  video.hidden = false;
  picture.hidden = true;
  video.play().catch((error) => console.warn("the video does not play:", error));
  const onFrame = () => {
    view.resize(video.videoWidth, video.videoHeight);
    viewer?.showing();
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
}

/**
 * @param {State | "key"} state
 * @param {string} message
 */
function become(state, message) {
  document.documentElement.dataset.state = state;
  if (state === "locked") return ask(message);
  if (state === "connecting") {
    painter.forget();
    figures = new Figures();
    view.position(undefined);
  }
  const isShown = state === "streaming";
  const isOver = state === "refused" || state === "ended";
  element("status-text", HTMLElement).textContent = isShown ? `Live${backend ? `, ${backend}` : ""}` : NAMES[state];
  element("notice-text", HTMLElement).textContent = message;
  element("notice", HTMLElement).hidden = isShown || message === "";
  element("again", HTMLButtonElement).hidden = !isOver;
  element("stop", HTMLButtonElement).disabled = isOver;
}

/** @type {Record<State | "key", string>} */
const NAMES = {
  key: "Key needed",
  locked: "Key needed",
  connecting: "Connecting",
  streaming: "Live",
  paused: "Paused",
  waiting: "Interrupted",
  refused: "Not shown",
  ended: "Ended",
};

/** @param {string} [fault] what was wrong with the key that was given */
function ask(fault = "") {
  viewer?.stop();
  sessionStorage.removeItem(KEY);
  become("key", "");
  element("stop", HTMLButtonElement).disabled = true;
  element("ask", HTMLFormElement).hidden = false;
  element("key-error", HTMLElement).textContent = fault;
  const input = element("key", HTMLInputElement);
  input.setAttribute("aria-invalid", String(fault !== ""));
  input.select();
  input.focus();
}

element("ask", HTMLFormElement).onsubmit = (event) => {
  event.preventDefault();
  const input = element("key", HTMLInputElement);
  const key = input.value.trim();
  input.value = "";
  sessionStorage.setItem(KEY, key);
  element("ask", HTMLFormElement).hidden = true;
  connect(key);
};

element("again", HTMLButtonElement).onclick = () => viewer?.start();
element("stop", HTMLButtonElement).onclick = () => {
  viewer?.stop();
  become("ended", "You stopped the stream.");
};

const zoom = element("zoom", HTMLButtonElement);
/** @param {boolean} actualSize */
function size(actualSize) {
  view.actualSize = actualSize;
  zoom.setAttribute("aria-pressed", String(actualSize));
  view.layOut();
}
zoom.onclick = () => {
  size(!view.actualSize);
  remember({ size: view.actualSize ? "actual" : "fitted" });
};
size(asked.actualSize);

const full = element("full", HTMLButtonElement);
full.hidden = !document.fullscreenEnabled;
full.onclick = () => {
  const change = document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen();
  change.catch((error) => console.warn("no full screen:", error));
};

document.onkeydown = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
  if (event.key === "f" && !full.hidden) full.click();
  if (event.key === "1") zoom.click();
};

// A page that is put aside shows nothing; when it is taken out again it connects anew.
addEventListener("pagehide", () => viewer?.stop());
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) viewer?.start();
});

/** Of a video the browser counts. */
async function countVideo() {
  const counted = figures;
  const sofar = await viewer?.video();
  if (sofar) counted.video(sofar);
}

setInterval(() => {
  if (!video.hidden) countVideo();
  const { fps, delay, bandwidth } = figures;
  const { width, height } = view.size;
  element("rate", HTMLElement).textContent = `${fps.toFixed(fps < 10 ? 1 : 0)} fps`;
  element("delay", HTMLElement).textContent = delay === undefined ? "–" : `${Math.round(delay)} ms`;
  element("bandwidth", HTMLElement).textContent = bandwidth < 1e5
    ? `${(bandwidth / 1e3).toFixed(1)} kB/s`
    : `${(bandwidth / 1e6).toFixed(1)} MB/s`;
  element("size", HTMLElement).textContent = width ? `${width} × ${height}` : "–";
}, FIGURES_MS);

// For programs that look at the page, such as tests.
Object.defineProperty(globalThis, "edgemeshScreen", {
  value: Object.freeze({
    get frames() {
      return figures.frames;
    },
    get fps() {
      return figures.fps;
    },
    get delay() {
      return figures.delay;
    },
    get bandwidth() {
      return figures.bandwidth;
    },
    get backend() {
      return backend;
    },
  }),
});

const kept = sessionStorage.getItem(KEY);
if (kept) connect(kept);
else ask();
