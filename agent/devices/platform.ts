/** This device's operating system in the mesh's terms: `darwin`, `windows`, `linux`, `android`, …: Deno's names are the same. */
export function platformName(os: string = Deno.build.os): string {
  return os;
}

/** The names that the mesh (and Go) uses, by Deno's. */
const ARCH_NAMES: ReadonlyMap<string, string> = new Map([["x86_64", "amd64"], ["aarch64", "arm64"]]);

/** This device's processor in the mesh's terms: `amd64` or `arm64`; any other under its own name. */
export function archName(arch: string = Deno.build.arch): string {
  return ARCH_NAMES.get(arch) ?? arch;
}
