import { assert, assertEquals } from "../../tests/assert.ts";
import { CannedDevice } from "../files/canned_device.ts";

Deno.test("get does not take - for the name of a file", async () => {
  await using device = await CannedDevice.start({ files: { a: "text" } });
  const { code, stderr } = await device.run("get", "desktop:a", "-o", "-");
  assertEquals(code, 2);
  assert(stderr.includes("files go to the disk"), stderr);
  assertEquals(device.requests, []);
});
