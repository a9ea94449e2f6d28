import { assert, assertEquals } from "../../tests/assert.ts";
import { PromptMemory } from "./prompt_memory.ts";
import { TextBeginning } from "./text_beginning.ts";

/** Different words in each text. */
function words(name: string, count: number): string {
  return Array.from({ length: count }, (_, n) => `${name}${n * 7919 % 1000}`).join(" ");
}

/** A memory of a model whose former prompts are known. */
function fresh(): PromptMemory {
  const memory = new PromptMemory();
  memory.answered();
  return memory;
}

Deno.test("how much two texts begin with is never understated, and by a quarter overstated at most", () => {
  const base = words("w", 2000);
  for (const shared of [0, 1, 4, 10, 100, 1000, 5000]) {
    const other = base.slice(0, shared) + "#" + words("other", 2000);
    const found = new TextBeginning(base).sharedWith(new TextBeginning(other));
    assert(found >= shared && found <= shared * 1.25 + 1, `${shared}: ${found}`);
  }
});

Deno.test("a text that grew by pieces begins as the whole one does", () => {
  const whole = words("w", 500);
  const grown = new TextBeginning();
  for (let at = 0; at < whole.length; at += 37) grown.add(whole.slice(at, at + 37));
  assertEquals(grown.sharedWith(new TextBeginning(whole)), whole.length);
});

Deno.test("texts longer than what is compared count as the same if all that is compared is", () => {
  const long = "x".repeat(600_000);
  assertEquals(new TextBeginning(long + "a").sharedWith(new TextBeginning(long + "b")), Infinity);
});

Deno.test("a prompt that is new was in no cache; one that was seen was, wholly or in part", () => {
  const memory = fresh();
  assertEquals(memory.see(words("a", 100)).cachedShare, 0);
  assert(memory.see(words("b", 100)).cachedShare < 0.01);
  assertEquals(memory.see(words("a", 100)).cachedShare, 1);
  const half = memory.see(words("a", 100) + words("c", 100)).cachedShare;
  assert(half > 0.4 && half < 0.7, `${half}`);
});

Deno.test("what the model said belongs to what its server has in its cache: a chat that grows", () => {
  const memory = fresh();
  const first = memory.see("Tell me a story.");
  const story = words("story", 300);
  first.text.add(story);
  const { cachedShare } = memory.see(`Tell me a story.${story}And how does it go on?`);
  assert(cachedShare > 0.95, `${cachedShare}`);
});

Deno.test("what a server has read before this program began is not known, unless the prompt is random", () => {
  const memory = new PromptMemory();
  assertEquals(memory.see("hello").cachedShare, 1);
  assertEquals(memory.see("hello", true).cachedShare, 0);
  memory.answered();
  assertEquals(memory.see("something else").cachedShare, 0);
});

Deno.test("a model that was loaded for a prompt has no cache of what was read before", () => {
  const memory = fresh();
  memory.see(words("a", 100));
  memory.loadedFor(memory.see(words("b", 100)));
  assert(memory.see(words("a", 100)).cachedShare < 0.05);
  assertEquals(memory.see(words("b", 100)).cachedShare, 1);
});

Deno.test("a prompt of long ago is forgotten", () => {
  const memory = fresh();
  memory.see(words("a", 100));
  for (let n = 0; n < 64; n++) memory.see(words(`${n}b`, 100));
  assert(memory.see(words("a", 100)).cachedShare < 0.05);
});
