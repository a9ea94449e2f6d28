import { MeshError } from "../agent/core/errors.ts";
import { assertEquals, assertThrows } from "../tests/assert.ts";
import { findDevice } from "./find_device.ts";

const DEVICES = [
  { device_id: "3f2a9c10-1111-4000-8000-000000000001", device_name: "laptop" },
  { device_id: "3f2b0000-1111-4000-8000-000000000002", device_name: "Desktop" },
  { device_id: "4f2b0000-1111-4000-8000-000000000003", device_name: "phone" },
  { device_id: "5f2b0000-1111-4000-8000-000000000004", device_name: "phone" },
  { device_id: "6f2b0000-1111-4000-8000-000000000005", device_name: "3f2b" },
];

Deno.test("a device is found by its id, its name in any case, or the beginning of its id", () => {
  const cases: [string, number][] = [
    ["3f2a9c10-1111-4000-8000-000000000001", 0],
    ["laptop", 0],
    ["desktop", 1],
    ["3f2A", 0],
    ["4f", 2],
    // A name beats the beginning of an id.
    ["3f2b", 4],
  ];
  for (const [wanted, at] of cases) assertEquals(findDevice(wanted, DEVICES), DEVICES[at]);
});

Deno.test("a name that could be several devices lists them", () => {
  const error = assertThrows(() => findDevice("phone", DEVICES), MeshError);
  assertEquals(error.code, "INVALID_ARGUMENT");
  assertEquals(error.message, 'device "phone" could be each of phone (4f2b0000), phone (5f2b0000)');
  assertThrows(() => findDevice("3f", DEVICES), MeshError, "laptop (3f2a9c10), Desktop (3f2b0000)");
});

Deno.test("an unknown device is named, with the nearest known name", () => {
  const error = assertThrows(
    () => findDevice("lapotp", DEVICES),
    MeshError,
    'no device "lapotp" (did you mean laptop?)',
  );
  assertEquals(error.code, "NOT_FOUND");
  assertThrows(() => findDevice("", DEVICES), MeshError, 'no device ""');
  assertThrows(() => findDevice("zzzzzzzz", []), MeshError, "`edgemesh devices` lists them");
});
