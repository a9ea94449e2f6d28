/** Where `dlopen` is: since glibc 2.34 in the C library, before that in one of its own. */
const LOADERS: Partial<Record<typeof Deno.build.os, readonly string[]>> = {
  linux: ["libc.so.6", "libdl.so.2"],
  darwin: ["/usr/lib/libSystem.B.dylib"],
};

/** To look up all functions at once; the same number on Linux and macOS. */
const RTLD_NOW = 2;

/**
 * Keeps a library loaded until the process ends, whoever closes it: it is opened once more, and that is never undone.
 *
 * @throws {Error} when that cannot be done
 */
export function keepLoaded(path: string): void {
  const name = new TextEncoder().encode(`${path}\0`);
  for (const loader of LOADERS[Deno.build.os] ?? []) {
    let library;
    try {
      library = Deno.dlopen(loader, { dlopen: { parameters: ["buffer", "i32"], result: "pointer" } });
    } catch {
      continue; // Not in this one.
    }
    const opened = library.symbols.dlopen(name, RTLD_NOW);
    library.close();
    if (opened !== null) return;
  }
  throw new Error(`Cannot keep ${path} loaded`);
}
