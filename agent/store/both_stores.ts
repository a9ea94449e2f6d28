import { openStore } from "./open_store.ts";
import type { Store } from "./store.ts";

/** Declares a test of what every store does: it runs on each kind. */
export function testBoth(name: string, run: (store: Store) => Promise<void>): void {
  for (const kind of ["sqlite", "memory"] as const) {
    Deno.test(`${kind}: ${name}`, async () => {
      const folder = await Deno.makeTempDir();
      const store = await openStore(kind, folder, (notice) => {
        throw new Error(`unexpected notice: ${notice}`);
      });
      try {
        await run(store);
      } finally {
        await store.close();
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}
