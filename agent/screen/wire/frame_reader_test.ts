import { assert, assertEquals, assertThrows } from "../../../tests/assert.ts";
import { HEADER_BYTES, MAX_MESSAGE_BYTES, RECTANGLE_BYTES } from "./format.js";
import { FrameReader } from "./frame_reader.js";
import { frameMessages, type FrameParts, positionMessages, shapeMessages } from "./frame_writer.ts";
import { change, frame, jpegOf, SMALL } from "./sample_frames.ts";

/** Reads frames; what the last message gave. */
function read(reader: FrameReader, messages: readonly Uint8Array[]) {
  return messages.map((message) => reader.read(message)).at(-1);
}

/** The only message of a frame, with bytes changed. */
function altered(parts: FrameParts, alter: (view: DataView) => void): Uint8Array {
  const [message = new Uint8Array()] = frameMessages(parts);
  alter(new DataView(message.buffer));
  return message;
}

Deno.test("a frame comes out as it went in, in whatever number of messages", () => {
  for (const bytes of [40, 65_000, 65_482, 65_483, 70_000, 400_000]) {
    const parts = frame({ strips: [jpegOf(100, 50, bytes)] });
    const messages = frameMessages(parts);
    assertEquals(messages.length, Math.ceil((bytes + 4 + RECTANGLE_BYTES + 4) / (MAX_MESSAGE_BYTES - HEADER_BYTES)));
    assert(messages.every(({ length }) => length <= MAX_MESSAGE_BYTES));
    const reader = new FrameReader();
    for (const message of messages.slice(0, -1)) assertEquals(reader.read(message), undefined);
    assertEquals(reader.read(messages.at(-1) ?? new Uint8Array()), {
      kind: "frame",
      ...parts,
      rectangles: [...parts.rectangles],
      strips: [{ jpeg: jpegOf(100, 50, bytes), width: 100, height: 50 }],
    });
  }
});

Deno.test("the bytes are as docs/screen.md shows them", () => {
  const [message = new Uint8Array()] = frameMessages(change());
  const jpeg = jpegOf(16, 16);
  assertEquals(
    message.toHex(),
    "45010100" + "00000002" + "0000" + "0001" + "0000003e" + "0064" + "0032" + "4278bcfe5687b800" + "00c8" + "0064" +
      "0001" + "0001" + "0010" + "0010" + "0010" + "0010" + "0000" + "0000" + "0000" + "00000028" + jpeg.toHex(),
  );
  const [place = new Uint8Array()] = positionMessages({
    ...{ serial: 7, x: -2, y: 300, visible: true, monitorWidth: 1920, monitorHeight: 1080 },
  });
  assertEquals(
    place.toHex(),
    "45010300" + "00000007" + "0000" + "0001" + "00000005" + "00000000" + "0000000000000000" + "07800438" +
      "fffe" + "012c" + "01",
  );
});

Deno.test("what a message says does not change when its memory is used again", () => {
  const reader = new FrameReader();
  const messages = frameMessages(frame({ strips: [jpegOf(100, 50, 100_000)] }));
  let last;
  for (const message of messages) {
    const buffer = message.slice();
    last = reader.read(buffer);
    buffer.fill(0);
  }
  assert(last?.kind === "frame");
  assertEquals(last.strips[0]?.jpeg, jpegOf(100, 50, 100_000));
});

Deno.test("whole JPEGs of the old style are read, with their size", () => {
  const jpeg = jpegOf(1920, 1080);
  assertEquals(new FrameReader().read(jpeg), { kind: "jpeg", jpeg, width: 1920, height: 1080 });
});

Deno.test("the pointer may come between the parts of a frame, its look in parts, too", () => {
  const rgba = Uint8Array.from({ length: 200 * 200 * 4 }, (_, index) => index);
  const shape = { serial: 4_000_000_000, width: 200, height: 200, hotX: 3, hotY: 4, rgba };
  const pixels = frameMessages(frame({ strips: [jpegOf(100, 50, 150_000)] }));
  const looks = shapeMessages(shape);
  const [place = new Uint8Array()] = positionMessages({
    ...{ serial: shape.serial, x: 40_000, y: -40_000, visible: false, monitorWidth: 200, monitorHeight: 100 },
  });
  const reader = new FrameReader();
  const kinds = [pixels[0], looks[0], place, pixels[1], looks[1], looks[2], pixels[2]].map((message) =>
    reader.read(message ?? new Uint8Array())
  );
  assertEquals(kinds.map((read) => read?.kind), [
    undefined,
    undefined,
    "position",
    ...[undefined, undefined],
    "shape",
    "frame",
  ]);
  assertEquals(kinds[5], { kind: "shape", ...shape });
  assert(kinds[2]?.kind === "position");
  assertEquals([kinds[2].x, kinds[2].y, kinds[2].visible], [32_767, -32_768, false]);
});

const key = frameMessages(frame());
const jpeg = jpegOf(16, 16);
const HOSTILE: Record<string, { messages: () => Uint8Array[]; says: string }> = {
  "an empty message": { messages: () => [new Uint8Array()], says: "0 bytes has no header" },
  "half a header": { messages: () => [Uint8Array.from([0x45, 1, 1, 1, 0])], says: "has no header" },
  "text": { messages: () => [new TextEncoder().encode("x".repeat(50))], says: "neither a JPEG nor of this format" },
  "another version": { messages: () => [altered(frame(), (view) => view.setUint8(1, 9))], says: "version 9" },
  "an unknown kind": { messages: () => [altered(frame(), (view) => view.setUint8(2, 4))], says: "unknown kind, 4" },
  "a message of more than 65,536 bytes": {
    messages: () => [altered(frame(), () => {}), new Uint8Array(MAX_MESSAGE_BYTES + 1).fill(0x45)],
    says: "too long",
  },
  "something that begins as a JPEG": { messages: () => [Uint8Array.from([0xff, 0xd8, 0xff])], says: "and is none" },
  "a JPEG of no pixels": { messages: () => [jpegOf(0, 10)], says: "and is none" },
  "a JPEG that claims to be huge": { messages: () => [jpegOf(65_535, 65_535)], says: "cannot be shown" },
  "frame 0": { messages: () => frameMessages(frame({ id: 0 })), says: "frame 0" },
  "no parts at all": { messages: () => [altered(frame(), (view) => view.setUint16(10, 0))], says: "beyond the 0" },
  "a part beyond their number": { messages: () => [altered(frame(), (view) => view.setUint16(8, 1))], says: "part 1" },
  "a body of 4 GB": {
    messages: () => [altered(frame(), (view) => view.setUint32(12, 2 ** 32 - 1))],
    says: "4294967295",
  },
  "a body longer than its only part": {
    messages: () => [altered(frame(), (view) => view.setUint32(12, 5000))],
    says: "and not the 5000 announced",
  },
  "a body shorter than its parts": {
    messages: () => [altered(frame(), (view) => view.setUint32(12, 10))],
    says: "and not the 10 announced",
  },
  "a part without content": {
    messages: () => [
      altered(frame(), (view) => {
        view.setUint16(10, 60_000);
        view.setUint32(12, 70_000);
      }).subarray(0, HEADER_BYTES),
    ],
    says: "part 0 is empty",
  },
  "the second part first": {
    messages: () => frameMessages(frame({ strips: [jpegOf(100, 50, 70_000)] })).slice(1),
    says: "part 1 came where part 0",
  },
  "a part twice": {
    messages: () => frameMessages(frame({ strips: [jpegOf(100, 50, 70_000)] })).flatMap((part) => [part, part]),
    says: "part 0 came where part 1",
  },
  "parts of two frames": {
    messages: () =>
      [1, 2].flatMap((id) => frameMessages(frame({ id, strips: [jpegOf(100, 50, 70_000)] })).slice(id - 1, id)),
    says: "of another body",
  },
  "a change before a key frame": {
    messages: () => frameMessages(change({ id: 1 })),
    says: "before the first key frame",
  },
  "a frame twice": { messages: () => [...key, ...key], says: "frame 1 came after frame 1" },
  "a frame left out": {
    messages: () => [...key, ...frameMessages(change({ id: 3 }))],
    says: "frame 3 came after frame 1",
  },
  "a change of another size": {
    messages: () => [...key, ...frameMessages(change({ width: 101 }))],
    says: "another size",
  },
  "a picture of no pixels": { messages: () => frameMessages(frame({ width: 0 })), says: "0 × 50" },
  "a picture that is huge": {
    messages: () => frameMessages(frame({ width: 65_535, height: 65_535 })),
    says: "cannot be",
  },
  "a time that is no number": { messages: () => frameMessages(frame({ capturedAt: NaN })), says: "not a number" },
  "65,535 rectangles that are not there": {
    messages: () => [altered(frame(), (view) => view.setUint16(32, 65_535))],
    says: "ends within its tables",
  },
  "65,535 strips that are not there": {
    messages: () => [altered(frame(), (view) => view.setUint16(34, 65_535))],
    says: "ends within its tables",
  },
  "a strip longer than the frame": {
    messages: () => [altered(frame(), (view) => view.setUint32(50, 2 ** 32 - 1))],
    says: "longer than the frame",
  },
  "bytes that belong to no strip": {
    messages: () => [altered(frame(), (view) => view.setUint32(50, 30))],
    says: "10 bytes too many",
  },
  "a strip that is no JPEG": {
    messages: () => frameMessages(frame({ strips: [new Uint8Array(50)] })),
    says: "not a JPEG",
  },
  "a strip that claims to be huge": {
    messages: () => frameMessages(frame({ strips: [jpegOf(65_000, 65_000)] })),
    says: "larger than its picture",
  },
  "many strips as large as the picture": {
    messages: () => frameMessages(frame({ strips: Array(9).fill(jpegOf(100, 50)) })),
    says: "larger than its picture",
  },
  "a rectangle of no pixels": {
    messages: () => [...key, ...frameMessages(change({ rectangles: [{ ...SMALL, width: 0 }] }))],
    says: "outside its picture",
  },
  "a rectangle outside the picture": {
    messages: () => [...key, ...frameMessages(change({ rectangles: [{ ...SMALL, x: 90 }] }))],
    says: "outside its picture",
  },
  "a rectangle outside its strip": {
    messages: () => [...key, ...frameMessages(change({ rectangles: [{ ...SMALL, sx: 1 }] }))],
    says: "outside strip 0",
  },
  "a rectangle of a strip that is not there": {
    messages: () => [...key, ...frameMessages(change({ rectangles: [{ ...SMALL, strip: 1 }] }))],
    says: "names strip 1",
  },
  "the same rectangle 60,000 times": {
    messages: () => [...key, ...frameMessages(change({ rectangles: Array(60_000).fill(SMALL), strips: [jpeg] }))],
    says: "lie over each other",
  },
  "a key frame of a part of the picture": {
    messages: () => frameMessages(frame({ rectangles: [SMALL], strips: [jpeg] })),
    says: "does not hold the whole picture",
  },
  "a pointer of no pixels": {
    messages: () => shapeMessages({ serial: 1, width: 0, height: 1, hotX: 0, hotY: 0, rgba: new Uint8Array(0) }),
    says: "0 × 1 pixels",
  },
  "a pointer larger than its bytes": {
    messages: () =>
      shapeMessages({ serial: 1, width: 65_535, height: 65_535, hotX: 0, hotY: 0, rgba: new Uint8Array(8) }),
    says: "cannot be in 8 bytes",
  },
};

for (const [what, { messages, says }] of Object.entries(HOSTILE)) {
  Deno.test(`refused: ${what}; after a reset the next key frame is read`, () => {
    const reader = new FrameReader();
    assertThrows(() => read(reader, messages()), Error, says);
    reader.reset();
    assertEquals(read(reader, key)?.kind, "frame");
  });
}

Deno.test("any message that is cut off or has one byte changed is read or refused, and nothing else", () => {
  const whole = [...frameMessages(frame()), ...frameMessages(change())];
  for (const [index, message] of whole.entries()) {
    for (let at = 0; at < message.length; at++) {
      const flipped = message.slice();
      flipped[at] = 0xff ^ (flipped[at] ?? 0);
      for (const damaged of [message.slice(0, at), flipped]) {
        const reader = new FrameReader();
        for (const before of whole.slice(0, index)) reader.read(before);
        try {
          reader.read(damaged);
        } catch (error) {
          assertEquals((error as Error).constructor, Error, (error as Error).stack);
        }
      }
    }
  }
});

Deno.test("parts that never end are refused once they are more than was announced", () => {
  const reader = new FrameReader({ maxBodyBytes: 200_000 });
  assertThrows(
    () => read(reader, frameMessages(frame({ strips: [jpegOf(100, 50, 300_000)] }))),
    Error,
    "more than the 200000 allowed",
  );
  const endless = frameMessages(frame({ strips: [jpegOf(100, 50, 190_000)] }))[0] ?? new Uint8Array();
  assertThrows(
    () => {
      for (let part = 0; part < 10; part++) {
        const message = endless.slice();
        new DataView(message.buffer).setUint16(8, part);
        new DataView(message.buffer).setUint16(10, 60_000);
        reader.read(message);
      }
    },
    Error,
    "announced",
  );
});
