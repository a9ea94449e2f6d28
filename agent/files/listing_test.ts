import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { TemporaryFolder } from "../../tests/processes.ts";
import { MeshError } from "../core/errors.ts";
import { Listing, type Page } from "./listing.ts";

const { signal } = new AbortController();

function page(
  listing: Listing,
  path: string,
  options: Partial<{ recursive: boolean; limit: number; after: string }> = {},
) {
  return listing.page(path, { recursive: false, limit: 1000, after: "", signal, ...options });
}

function pathsOf({ entries }: Page): string[] {
  return entries.map(({ path, isFolder }) => isFolder ? `${path}/` : path);
}

/** All of it, page by page; how many pages it took. */
async function all(listing: Listing, path: string, limit: number): Promise<{ paths: string[]; pages: number }> {
  const paths: string[] = [];
  let pages = 0;
  for (let after = "", isFirst = true; isFirst || after !== ""; isFirst = false) {
    const next = await page(listing, path, { recursive: true, limit, after });
    paths.push(...pathsOf(next));
    pages++;
    after = next.next;
  }
  return { paths, pages };
}

function sharedTree(): TemporaryFolder {
  const folder = new TemporaryFolder();
  for (const name of ["b", "b/inner", "b/inner/deep", "empty"]) Deno.mkdirSync(folder.file(name));
  for (const name of ["a.txt", "b.txt", "b/1", "b/2", "b/inner/3", "b/inner/deep/4", "c 😀\n\"'"]) {
    folder.write(name, name);
  }
  return folder;
}

const TREE = [
  "a.txt",
  "b/",
  "b/1",
  "b/2",
  "b/inner/",
  "b/inner/3",
  "b/inner/deep/",
  "b/inner/deep/4",
  "b.txt",
  "c 😀\n\"'",
  "empty/",
];

Deno.test("a folder is listed in the order of its names, with sizes and times", async () => {
  using folder = sharedTree();
  const listing = new Listing(folder.path);
  const { entries, next, leftOut } = await page(listing, "");
  assertEquals(pathsOf({ entries, next, leftOut }), ["a.txt", "b/", "b.txt", "c 😀\n\"'", "empty/"]);
  assertEquals([next, leftOut, entries[0]?.size], ["", 0, 5]);
  assertEquals(entries[0]?.modifiedAt, Deno.statSync(folder.file("a.txt")).mtime?.getTime());
  assertEquals(pathsOf(await page(listing, "b/inner")), ["b/inner/3", "b/inner/deep/"]);
  assertEquals(pathsOf(await page(listing, "b/1")), ["b/1"], "a file is its own listing");
  assertEquals(pathsOf(await page(listing, folder.file("b/inner/deep"))), ["b/inner/deep/4"]);
  assertEquals(pathsOf(await page(listing, "empty")), []);
});

Deno.test("pages of any size hold every entry once, folders before what lies in them", async () => {
  using folder = sharedTree();
  const listing = new Listing(folder.path);
  for (let limit = 1; limit <= TREE.length + 1; limit++) {
    const { paths, pages } = await all(listing, "", limit);
    assertEquals(paths, TREE, `${limit} a page`);
    assertEquals(pages, Math.ceil(TREE.length / limit), `${limit} a page`);
  }
  assertEquals((await all(listing, "b", 2)).paths, TREE.slice(2, 8));
});

Deno.test("a folder of 10,000 files is listed whole", async () => {
  using folder = new TemporaryFolder();
  const names = Array.from({ length: 10_000 }, (_, n) => `file ${n}`);
  for (const name of names) folder.write(name, "");
  const { paths, pages } = await all(new Listing(folder.path), "", 3000);
  assertEquals(paths, names.sort());
  assertEquals(pages, 4);
});

Deno.test("links are followed inside, never outside, and never down into a folder", async () => {
  using outside = new TemporaryFolder();
  outside.write("secret", "secret");
  using folder = sharedTree();
  const link = (to: string, name: string) => Deno.symlinkSync(to, folder.file(name));
  link("b/1", "l-file");
  link("b", "l-folder");
  link("..", "b/l-up");
  link(outside.file("secret"), "l-secret");
  link(outside.path, "l-outside");
  link("nothing", "l-nothing");
  link("l-loop", "l-loop");
  const listing = new Listing(folder.path);
  const { paths } = await all(listing, "", 3);
  assertEquals(paths.filter((path) => path.includes("l-")), ["b/l-up/", "l-file", "l-folder/"]);
  assertEquals((await page(listing, "", { recursive: true })).leftOut, 4);
  assertEquals(pathsOf(await page(listing, "l-folder")), ["b/1", "b/2", "b/inner/", "b/l-up/"]);
  for (const path of ["l-outside", "l-secret", "..", "/", outside.path, "b/../../x"]) {
    await assertRejects(() => page(listing, path), MeshError, "is not in the shared folder");
  }
});

Deno.test("what is neither a file nor a folder is left out", { ignore: Deno.build.os === "windows" }, async () => {
  using folder = sharedTree();
  await new Deno.Command("mkfifo", { args: [folder.file("pipe")] }).output();
  const { leftOut, entries } = await page(new Listing(folder.path), "");
  assertEquals([leftOut, entries.length], [1, 5]);
});

Deno.test("what is not there, and tokens of other folders, are refused", async () => {
  using folder = sharedTree();
  const listing = new Listing(folder.path);
  await assertRejects(() => page(listing, "nothing"), MeshError, "there is no such file or folder");
  await assertRejects(() => page(listing, "a\0b"), MeshError, "NUL");
  for (const after of ["x", "[]", '["b"]', '["c","1"]', "{}", '["b",1]']) {
    await assertRejects(() => page(listing, "b", { after }), MeshError, "page_token");
  }
});
