/** What scenes are made of: the same in every run. */

/** Evenly from 0 to below 1, the same from the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS =
  ("the of and to in is that it was for on are as with they be at one have this from or had by hot but some what " +
    "there we can out other were all your when up use word how said an each she which do their time if will way about many " +
    "then them would write like so these her long make thing see him two has look more day could go come did my sound no " +
    "most number who over know water than call first people may down side been now find any new work part take get place " +
    "made live where after back little only round man year came show every good me give our under name very through just")
    .split(" ");

/** A line of words that fills so many letters. */
export function lineOfText(random: () => number, letters: number): string {
  let line = "";
  while (line.length < letters) line += `${WORDS[Math.floor(random() * WORDS.length)]}${random() < 0.08 ? ". " : " "}`;
  return line.slice(0, letters);
}

/** Layers that a photograph is mixed from: of the finest a cell is so many pixels wide, of each next one twice as many. */
const FINEST = 2;
const LAYERS = 8;
/** Of each layer, as a share of the range from black to white: then 1920 × 1080 pixels are about 300 kB at quality 60. */
const STRENGTH = 0.2;

/** So many tones have edges between them. */
const TONES = 8;

/**
 * Something with the statistics of a photograph: coarse shapes with finer ones in them, and edges.
 *
 * @returns 4 bytes a pixel: blue, green, red, unused
 */
export function photograph(width: number, height: number, seed: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 4);
  const [hue, light] = [smoothField(width, height, seed, 4), smoothField(width, height, seed + 1, 0)];
  for (let at = 0; at < width * height; at++) {
    const [h, smooth] = [hue[at] ?? 0, light[at] ?? 0];
    // Things have edges.
    const l = mix(smooth, Math.round(smooth * TONES) / TONES, 0.6);
    pixels[at * 4] = 255 * clamp(l * (0.55 + 0.6 * h));
    pixels[at * 4 + 1] = 255 * clamp(l * 0.95);
    pixels[at * 4 + 2] = 255 * clamp(l * (1.15 - 0.6 * h));
  }
  return pixels;
}

/** Values around 0.5, as a sum of layers. @param skip so many of the finest layers are left out */
function smoothField(width: number, height: number, seed: number, skip: number): Float32Array {
  const field = new Float32Array(width * height).fill(0.5);
  for (let layer = skip; layer < LAYERS; layer++) {
    const cell = FINEST * 2 ** layer;
    addLayer(field, width, cell, seededRandom(seed * 100 + layer));
  }
  return field;
}

function addLayer(field: Float32Array, width: number, cell: number, random: () => number): void {
  const height = field.length / width;
  const columns = Math.ceil(width / cell) + 1;
  const values = Float32Array.from(
    { length: columns * (Math.ceil(height / cell) + 1) },
    () => (random() - 0.5) * STRENGTH,
  );
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cell) * columns;
    const down = ease(y % cell / cell);
    for (let x = 0; x < width; x++) {
      const corner = row + Math.floor(x / cell);
      const right = ease(x % cell / cell);
      const upper = mix(values[corner] ?? 0, values[corner + 1] ?? 0, right);
      const lower = mix(values[corner + columns] ?? 0, values[corner + columns + 1] ?? 0, right);
      const at = y * width + x;
      field[at] = (field[at] ?? 0) + mix(upper, lower, down);
    }
  }
}

function ease(share: number): number {
  return share * share * (3 - 2 * share);
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value));
}
