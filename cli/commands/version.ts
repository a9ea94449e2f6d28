import deno from "../../deno.json" with { type: "json" };
import { archName, platformName } from "../../agent/devices/platform.ts";
import type { Command } from "../command.ts";

export const command: Command = {
  name: "version",
  summary: "print the version",
  usage: ["version"],
  details: "With --json: version, platform and the versions of what it runs on.",
  flags: {},
  arguments: { least: 0, most: 0 },
  async run({ output }) {
    const platform = `${platformName()}/${archName()}`;
    if (output.asJson) {
      return await output.json({ version: deno.version, platform, deno: Deno.version.deno, v8: Deno.version.v8 });
    }
    await output.line(`edgemesh ${deno.version} (${platform}, Deno ${Deno.version.deno})`);
  },
};
