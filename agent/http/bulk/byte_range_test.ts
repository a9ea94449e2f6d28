import { assertEquals } from "../../../tests/assert.ts";
import { byteRange } from "./byte_range.ts";

const of = (header: string, size = 100) => byteRange(header, size);

Deno.test("a range is cut to what there is", () => {
  assertEquals(of("bytes=0-0"), { begin: 0, end: 1 });
  assertEquals(of("bytes=10-19"), { begin: 10, end: 20 });
  assertEquals(of("bytes=99-"), { begin: 99, end: 100 });
  assertEquals(of("bytes=50-5000"), { begin: 50, end: 100 });
  assertEquals(of("bytes=-1"), { begin: 99, end: 100 });
  assertEquals(of("bytes=-500"), { begin: 0, end: 100 });
  assertEquals(of("Bytes= 5-6 "), { begin: 5, end: 7 });
  assertEquals(of(`bytes=5-${"9".repeat(400)}`), { begin: 5, end: 100 });
});

Deno.test("a range that begins behind the end cannot be satisfied", () => {
  for (const header of ["bytes=100-", "bytes=100-200", "bytes=-0", `bytes=${"9".repeat(400)}-`]) {
    assertEquals(of(header), "unsatisfiable", header);
  }
  for (const header of ["bytes=0-", "bytes=0-0", "bytes=-1"]) assertEquals(of(header, 0), "unsatisfiable", header);
});

Deno.test("what is no single range of bytes is as good as none", () => {
  const others = ["", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "bytes=1-2,4-5", "bytes=a-b", "bytes=1-2x"];
  others.push("bytes=-1-2", "bytes=1--2", "bytes=+1-2", "bytes=0x1-2", "bytes=1.5-2", "lines=1-2", "bytes 1-2", "-5");
  for (const header of others) assertEquals(of(header), undefined, header);
});
