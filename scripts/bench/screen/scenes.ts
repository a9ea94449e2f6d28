import { lineOfText, photograph, seededRandom } from "./material.ts";
import { CODE_HEIGHT, CODE_WIDTH, whiteBlocks } from "./time_code.ts";
import type { Box, Drawable, X11Drawing } from "./x11_drawing.ts";

const BLACK = 0x000000;
const WHITE = 0xffffff;
const INK = 0x222222;

/** Of the built-in font, in pixels. */
const LETTER_WIDTH = 6;
const LINE_HEIGHT = 13;

/** Something on the screen that changes. */
export interface Scene {
  /** Changes it once more. @param now ms since 1970, shown in the upper left corner */
  paint(step: number, now: number): void;
}

/** What is on the screen, by its name. */
export const SCENES = {
  /** A desktop on which somebody types: a letter a step, and a cursor that blinks. */
  typing: typingScene,
  /** A page of text with pictures that is scrolled by {@link SCROLL_STEP} pixels a step. */
  scrolling: scrollingScene,
  /** A photograph that moves: no pixel stays. */
  moving: movingScene,
} as const;

export type SceneName = keyof typeof SCENES;

export function isSceneName(name: string | undefined): name is SceneName {
  return name !== undefined && Object.hasOwn(SCENES, name);
}

/** The clock that tells how old a picture is. */
function showTime(x11: X11Drawing, drawable: Drawable, now: number): void {
  x11.fill(drawable, BLACK, [[0, 0, CODE_WIDTH, CODE_HEIGHT]]);
  x11.fill(drawable, WHITE, whiteBlocks(now));
}

/** Wallpaper, a bar with icons, and a window with text. */
function drawDesktop(x11: X11Drawing, drawable: Drawable): void {
  const { width, height } = x11;
  x11.image(drawable, [0, 0, width, height], photograph(width, height, 1));
  x11.fill(drawable, 0x20242c, [[0, height - 40, width, 40]]);
  const random = seededRandom(2);
  for (let at = 0; at < 14; at++) {
    x11.fill(drawable, Math.floor(random() * 0xffffff), [[16 + at * 48, height - 34, 28, 28]]);
  }
  drawWindow(x11, drawable, [1060, 120, 780, 820]);
  drawLines(x11, drawable, [1076, 160, 748, 764], random);
}

function drawWindow(x11: X11Drawing, drawable: Drawable, [x, y, width, height]: Box): void {
  x11.fill(drawable, 0x3a4250, [[x, y, width, 28]]);
  x11.fill(drawable, 0xd05050, [[x + width - 24, y + 8, 12, 12]]);
  x11.fill(drawable, WHITE, [[x, y + 28, width, height - 28]]);
}

/** Paragraphs of text. */
function drawLines(x11: X11Drawing, drawable: Drawable, [x, y, width, height]: Box, random: () => number): void {
  const letters = Math.floor(width / LETTER_WIDTH);
  for (let line = 0; (line + 1) * 20 <= height; line++) {
    const length = line % 9 === 8 ? 0 : line % 9 === 7 ? Math.floor(letters * random()) : letters;
    x11.text(drawable, [x, y + line * 20], lineOfText(random, length), INK, WHITE);
  }
}

const EDITOR: Box = [80, 120, 900, 780];
/** A step is so often between one blink and the next, in ms. */
const BLINK_MS = 500;

function typingScene(x11: X11Drawing): Scene {
  const screen = x11.window([0, 0, x11.width, x11.height]);
  drawDesktop(x11, screen);
  drawWindow(x11, screen, EDITOR);
  const [left, top] = [EDITOR[0] + 16, EDITOR[1] + 44];
  const letters = Math.floor((EDITOR[2] - 32) / LETTER_WIDTH);
  const lines = Math.floor((EDITOR[3] - 60) / 20);
  const random = seededRandom(3);
  let text = "";
  return {
    paint(step, now) {
      const [column, line] = [step % letters, Math.floor(step / letters) % lines];
      if (column === 0) {
        text = lineOfText(random, letters);
        if (line === 0) x11.fill(screen, WHITE, [[left, top, letters * LETTER_WIDTH, lines * 20]]);
      }
      x11.text(screen, [left + column * LETTER_WIDTH, top + line * 20], text.charAt(column), INK, WHITE);
      const cursor: Box = [left + (column + 1) * LETTER_WIDTH + 1, top + line * 20, 2, LINE_HEIGHT];
      if (column + 1 < letters) x11.fill(screen, Math.floor(now / BLINK_MS) % 2 ? INK : WHITE, [cursor]);
      showTime(x11, screen, now);
    },
  };
}

const PAGE: Box = [200, 80, 1520, 940];
/** The text's column within the page. */
const COLUMN = { left: 380, width: 760 } as const;
const PAGE_HEIGHT = 6000;
const PICTURE_EVERY = 1000;
const SCROLL_STEP = 13;

function scrollingScene(x11: X11Drawing): Scene {
  const screen = x11.window([0, 0, x11.width, x11.height]);
  drawDesktop(x11, screen);
  const [x, y, width, height] = PAGE;
  drawWindow(x11, screen, [x, y - 28, width, height + 28]);
  const page = x11.pixmap(width, PAGE_HEIGHT);
  x11.fill(page, WHITE, [[0, 0, width, PAGE_HEIGHT]]);
  drawLines(x11, page, [COLUMN.left, 0, COLUMN.width, PAGE_HEIGHT], seededRandom(4));
  for (let at = PICTURE_EVERY / 2; at < PAGE_HEIGHT; at += PICTURE_EVERY) {
    x11.image(page, [COLUMN.left, at, 480, 260], photograph(480, 260, at));
  }
  return {
    paint(step, now) {
      // Down and up again, as a reader does who looks for something.
      const way = PAGE_HEIGHT - height;
      const at = step * SCROLL_STEP % (2 * way);
      x11.copy(page, [0, at < way ? at : 2 * way - at, width, height], screen, [x, y]);
      showTime(x11, screen, now);
    },
  };
}

function movingScene(x11: X11Drawing): Scene {
  const { width, height } = x11;
  const [roomX, roomY] = [640, 360];
  const screen = x11.window([0, 0, width, height]);
  const photo = x11.pixmap(width + roomX, height + roomY);
  x11.image(photo, [0, 0, width + roomX, height + roomY], photograph(width + roomX, height + roomY, 5));
  const next = x11.pixmap(width, height);
  return {
    paint(step, now) {
      const x = Math.round(roomX / 2 * (1 + Math.sin(step / 31)));
      const y = Math.round(roomY / 2 * (1 + Math.cos(step / 23)));
      x11.copy(photo, [x, y, width, height], next, [0, 0]);
      showTime(x11, next, now);
      // Picture and time appear together.
      x11.copy(next, [0, 0, width, height], screen, [0, 0]);
    },
  };
}
