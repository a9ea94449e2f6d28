import { assertEquals, assertMatch } from "../../../tests/assert.ts";
import { attachment } from "./content_disposition.ts";

Deno.test("a plain name is given as it is", () => {
  assertEquals(attachment("model-7b (final).gguf"), 'attachment; filename="model-7b (final).gguf"');
  assertEquals(attachment("it's.txt"), `attachment; filename="it's.txt"`);
});

Deno.test("any other name comes in an extended value, beside one for clients that know none", () => {
  const cases: [name: string, plain: string, extended: string][] = [
    ["grüße.txt", "gr__e.txt", "gr%C3%BC%C3%9Fe.txt"],
    ['"a"\\b', "_a__b", "%22a%22%5Cb"],
    ["a\r\nset-cookie: x", "a__set-cookie: x", "a%0D%0Aset-cookie%3A%20x"],
    ["🌍 (100%)*'.bin", "_ (100_)*'.bin", "%F0%9F%8C%8D%20%28100%25%29%2A%27.bin"],
    ["\u0000\u007f", "__", "%00%7F"],
    ["lone \ud800", "lone _", "lone%20%EF%BF%BD"],
  ];
  for (const [name, plain, extended] of cases) {
    const header = attachment(name);
    assertEquals(header, `attachment; filename="${plain}"; filename*=UTF-8''${extended}`);
    assertMatch(header, /^[\x20-\x7e]*$/);
  }
});
