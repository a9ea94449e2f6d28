// @ts-check
/**
 * The numbers of the frame format that both ends need (`docs/screen.md`). Plain JavaScript without imports, so that
 * browsers load it as it is.
 */

/** The first byte of every message but whole JPEGs: `E`. */
export const MAGIC = 0x45;
export const VERSION = 1;
/** What a message carries. */
export const KIND = Object.freeze({ frame: 1, shape: 2, position: 3 });
/** Set in the flags of a frame that holds the whole picture. */
export const KEY_FLAG = 1;
export const HEADER_BYTES = 32;
/** The most that one message takes, header and payload, in bytes. */
export const MAX_MESSAGE_BYTES = 65_536;
/** A rectangle in the table of a frame, in bytes. */
export const RECTANGLE_BYTES = 14;
/** JPEGs consist of units of so many pixels, both ways; strips put each rectangle on such a border. */
export const MCU = 16;
