import { open } from "node:fs/promises";

/**
 * Makes what a folder says of its files outlive a loss of power: their names are in it. Windows has no such thing, and some network
 * shares do not take it.
 */
export async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const folder = await open(path);
  try {
    await folder.sync();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "EINVAL") throw error;
  } finally {
    await folder.close();
  }
}
