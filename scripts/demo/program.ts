import { fileURLToPath } from "node:url";
import { PERMISSIONS } from "../compile/program.ts";

/** The checkout. */
export const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));

/** With what Deno is started to run `edgemesh` from source: as the task `edgemesh` does, from any folder. */
export const DENO_ARGS: readonly string[] = [
  ...["run", "--frozen", "--quiet", "--no-prompt", "--config", `${CHECKOUT}deno.json`],
  ...PERMISSIONS,
  `${CHECKOUT}cli/main.ts`,
];

/** The environment of this process without what would change how `edgemesh` behaves. */
export function plainEnvironment(): Record<string, string> {
  const settings = /^(EDGEMESH_.*|GRPC_ADDR|BULK_HTTP_ADDR|SHARED_DIR)$/;
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !settings.test(name)));
}
