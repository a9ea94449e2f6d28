import { assert, assertEquals } from "../../../tests/assert.ts";
import { questionText, shownText } from "./question.ts";

Deno.test("a name in any script is shown as it is", () => {
  for (const name of ["Anna's laptop", "büro-3.lan", "客厅", "हिन्दी", "192.168.1.7:4000", "[fe80::1]:99"]) {
    assertEquals(shownText(name), name.normalize("NFC"));
  }
});

Deno.test("a name cannot hold markup, escapes, quotes, line ends or direction changes", () => {
  assertEquals(shownText("<b>you</b>"), "?b?you?/b?");
  assertEquals(shownText("a\\nb\\033[1m"), "a?nb?033[1m");
  assertEquals(shownText("x”, address: localhost"), "x?, address: localhost");
  assertEquals(shownText("a\nb\u0007c\u202Ed\u200Be\u2028f\0"), "a?b?c?d?e?f?");
  assertEquals(shownText("&amp; 50% `id` $(id)"), "?amp; 50? ?id? ?(id)");
  assertEquals(shownText("\uD800"), "?");
});

Deno.test("a name is bounded, and so are the marks on its letters", () => {
  assertEquals(shownText("x".repeat(100_000)), "x".repeat(64) + "…");
  assertEquals(shownText("e" + "\u0323\u0330\u0331\u0332\u0333".repeat(5)).length, 4);
  assertEquals(shownText(" \u00a0\t "), "??");
  assertEquals(shownText("   "), "unknown");
});

Deno.test("the question says who asks, from where, for which screen, and that it can be ended", () => {
  const text = questionText({ clientName: "-e evil", peerAddress: "10.0.0.7:1", monitorName: "HDMI-1" });
  for (const part of ["“-e evil”", "10.0.0.7:1", "(HDMI-1)", "end it at any time"]) assert(text.includes(part), part);
  assert(/^\w/.test(text), "it cannot be taken for a flag");
});
