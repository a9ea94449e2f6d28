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
  const size = await curl(url, ["--write-out", "%{size_download}"]);
  if (Number(size) !== bytes) throw new Error(`Cannot download ${url}: ${size} bytes came of ${bytes}`);
}

/**
 * A file from the page cache to a URL by PUT. Answers how long that took until the server had said that the file is there, in s.
 *
 * @throws {Error} with what curl said, or when it is not there
 */
export async function upload(path: string, url: string): Promise<number> {
  const began = performance.now();
  const status = await curl(url, ["--upload-file", path, "--write-out", "%{http_code}"]);
  if (status !== "201") throw new Error(`Cannot upload to ${url}: it answered ${status}`);
  return (performance.now() - began) / 1000;
}

/** What was to be written out. */
async function curl(url: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("curl", {
    args: ["--silent", "--show-error", "--fail", "--output", "/dev/null", ...args, url],
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot transfer ${url}: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout);
}
