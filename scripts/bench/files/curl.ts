/**
 * Downloads to nowhere by curl, all at once, each by a process of its own. Answers how long that took from the first start to the last
 * end, in s.
 *
 * @throws {Error} with what curl said, or when not all bytes came
 */
export async function downloadAll(urls: readonly string[], bytes: number): Promise<number> {
  const began = performance.now();
  await Promise.all(urls.map((url) => download(url, bytes)));
  return (performance.now() - began) / 1000;
}

async function download(url: string, bytes: number): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command("curl", {
    args: ["--silent", "--show-error", "--fail", "--output", "/dev/null", "--write-out", "%{size_download}", url],
    stdin: "null",
  }).output();
  const [said, size] = [new TextDecoder().decode(stderr).trim(), new TextDecoder().decode(stdout)];
  if (!success) throw new Error(`Cannot download ${url}: ${said}`);
  if (Number(size) !== bytes) throw new Error(`Cannot download ${url}: ${size} bytes came of ${bytes}`);
}
