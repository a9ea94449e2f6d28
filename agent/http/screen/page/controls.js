// @ts-check
/// <reference lib="dom" />

/** @typedef {import("./mesh_calls.js").Monitor} Monitor */
/** @typedef {import("./mesh_calls.js").Picked} Picked */

/**
 * An element of the page by its id.
 *
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** What of the pictures the user picks. */
export class Controls {
  #monitor = element("monitor", HTMLSelectElement);
  #fps = element("fps", HTMLSelectElement);
  #quality = element("quality", HTMLSelectElement);

  /**
   * @param {Picked} picked
   * @param {(picked: Partial<Picked>) => void} onPick
   */
  constructor(picked, onPick) {
    this.show(picked);
    this.#fps.onchange = () => onPick({ fps: Number(this.#fps.value) });
    this.#quality.onchange = () => onPick({ quality: Number(this.#quality.value) });
    this.#monitor.onchange = () => onPick({ monitor: Number(this.#monitor.value) });
  }

  /** @param {readonly Monitor[]} monitors */
  monitors(monitors) {
    const { value } = this.#monitor;
    this.#monitor.replaceChildren(...monitors.map(({ index, name, width, height, primary }) => {
      const text = `${index}: ${name}, ${width} × ${height}${primary ? ", primary" : ""}`;
      return new Option(text, String(index));
    }));
    select(this.#monitor, value, `${value}`);
  }

  /** @param {Partial<Picked>} picked what is in force */
  show({ fps, quality, monitor }) {
    if (fps !== undefined) select(this.#fps, String(fps), `${fps} fps`);
    if (quality !== undefined) select(this.#quality, String(quality), `${quality} %`);
    if (monitor !== undefined) select(this.#monitor, String(monitor), String(monitor));
  }
}

/**
 * @param {HTMLSelectElement} list
 * @param {string} value
 * @param {string} text what it is called where the list does not have it
 */
function select(list, value, text) {
  if (value === "") return;
  if (![...list.options].some((option) => option.value === value)) list.add(new Option(text, value));
  list.value = value;
}
