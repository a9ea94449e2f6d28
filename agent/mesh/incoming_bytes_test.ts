import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { MeshError } from "../core/errors.ts";
import { IncomingBytes } from "./incoming_bytes.ts";

const KIB = 1024;

/** A file that comes as fast as it is let, each piece so many ms after it was asked for. */
class Source {
  /** Bytes that it was let send, each time. */
  readonly credits: number[] = [];
  #now = 0;
  readonly incoming: IncomingBytes;

  constructor(size: number) {
    this.incoming = new IncomingBytes(size, (bytes) => this.credits.push(bytes), () => this.#now);
    this.incoming.start();
  }

  /** Sends all that the credit of this number lets. */
  send(place: number, ms: number): void {
    this.#now += ms;
    this.incoming.receive(new Uint8Array(this.credits[place] ?? 0));
  }
}

/** Takes a file to its end; answers how much was let come at most, beyond what had been taken. */
async function mostAhead(size: number, ms: number): Promise<number> {
  const source = new Source(size);
  let most = 0;
  let taken = 0;
  let sent = 0;
  source.send(sent++, ms);
  for await (const piece of source.incoming) {
    most = Math.max(most, source.credits.reduce((sum, bytes) => sum + bytes, 0) - taken);
    taken += piece.length;
    while (sent < source.credits.length) source.send(sent++, ms);
    // The last piece's credit comes when it was taken.
    queueMicrotask(() => {
      while (sent < source.credits.length) source.send(sent++, ms);
    });
  }
  assertEquals(taken, size);
  return most;
}

Deno.test("no more of a file is let come than what is taken, plus a window", async () => {
  const source = new Source(100_000 * KIB);
  assertEquals(source.credits, [512 * KIB]);
  source.send(0, 500);
  assertEquals(source.credits, [512 * KIB], "nothing was taken yet");
  const iterator = source.incoming[Symbol.asyncIterator]();
  assertEquals((await iterator.next()).value?.length, 512 * KIB);
  assertEquals(source.credits, [512 * KIB]);
  iterator.next();
  assertEquals(source.credits, [512 * KIB, 512 * KIB]);
});

Deno.test("a quick line gets a larger window, a slow one a smaller one, within bounds", async () => {
  assertEquals(await mostAhead(200 * 1024 * KIB, 1), 4096 * KIB);
  assertEquals(await mostAhead(20 * 1024 * KIB, 500), 512 * KIB);
  const source = new Source(100_000 * KIB);
  const iterator = source.incoming[Symbol.asyncIterator]();
  let last = 0;
  for (let sent = 0; sent < 12; sent++) {
    source.send(sent, 5000);
    await iterator.next();
    const next = iterator.next();
    last = source.credits.at(-1) ?? 0;
    // It waits for what comes next.
    source.incoming.receive(new Uint8Array());
    await next;
  }
  assertEquals(last <= 64 * KIB, true, `${last} bytes`);
});

Deno.test("what was not let come is a failure, and so is a sender that fails", async () => {
  const greedy = new Source(1000 * KIB);
  greedy.incoming.receive(new Uint8Array(513 * KIB));
  await assertRejects(() => Array.fromAsync(greedy.incoming), MeshError, "more bytes came than were asked for");
  const broken = new Source(1000 * KIB);
  broken.incoming.receive(new Uint8Array(3));
  broken.incoming.fail(new MeshError("UNAVAILABLE", "gone"));
  const iterator = broken.incoming[Symbol.asyncIterator]();
  assertEquals((await iterator.next()).value?.length, 3, "what had come can be taken");
  await assertRejects(() => iterator.next(), MeshError, "gone");
});

Deno.test("of an empty part nothing is asked for", async () => {
  const source = new Source(0);
  assertEquals(await Array.fromAsync(source.incoming), []);
  assertEquals(source.credits, []);
});
