import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { TemporaryFolder } from "../../tests/processes.ts";
import { Digests } from "./digests.ts";
import { Share } from "./share.ts";

/** What `sha256sum` says of 3,000,000 times `a`, and of nothing. */
const MANY = "2a152c894398719c0570f83fac34ac03a0f6e8e474b995c2403aa5434f7b9dd4";
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const hex = (digest: Uint8Array | undefined) => digest && Buffer.from(digest).toString("hex");

Deno.test("the digest of a file is what sha256sum says, and is known from then on", async () => {
  using folder = new TemporaryFolder();
  folder.write("many", "a".repeat(3_000_000));
  folder.write("nothing", "");
  const [share, digests] = [new Share(folder.path), new Digests()];
  await using many = await share.open("many");
  await using nothing = await share.open("nothing");
  assertEquals(digests.known(many.identity), undefined);
  assertEquals([hex(await digests.of(many)), hex(await digests.of(nothing))], [MANY, NOTHING]);
  assertEquals([hex(digests.known(many.identity)), hex(digests.known(nothing.identity))], [MANY, NOTHING]);
});

Deno.test("of a file that was changed nothing is known, and nothing is said while it changes", async () => {
  using folder = new TemporaryFolder();
  const path = folder.write("file", "before");
  const [share, digests] = [new Share(folder.path), new Digests()];
  await using before = await share.open("file");
  await digests.of(before);
  Deno.writeTextFileSync(path, "after that");
  await using after = await share.open("file");
  assertEquals(digests.known(after.identity), undefined);
  // Opened in the state that is over now.
  Deno.writeTextFileSync(path, "after that, too");
  assertEquals(await digests.of(after), undefined);
  assertEquals(digests.known(after.identity), undefined);
});

Deno.test("only so many digests are remembered, those that were asked for last", () => {
  const digests = new Digests(2);
  for (const name of ["a", "b"]) digests.remember(name, new Uint8Array(32));
  digests.known("a");
  digests.remember("c", new Uint8Array(32));
  assertEquals(["a", "b", "c"].map((name) => digests.known(name) !== undefined), [true, false, true]);
});

Deno.test("whoever waits for a digest can give up", async () => {
  using folder = new TemporaryFolder();
  folder.write("file", "x");
  await using file = await new Share(folder.path).open("file");
  const digests = new Digests();
  const error = await assertRejects(() => digests.of(file, AbortSignal.abort(new Error("gone"))), Error);
  assert(error.message === "gone");
});
