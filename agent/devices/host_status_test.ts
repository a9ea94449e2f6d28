import { assert, assertEquals } from "../../tests/assert.ts";
import { delay } from "../core/abort.ts";
import { type CpuTimes, HostStatus, type HostStatusOptions } from "./host_status.ts";

const GB = 1024 ** 3;

/** A status whose samples are taken from a list; resolves to the loads that were seen, in order. */
async function loads(times: (CpuTimes | Error)[]): Promise<number[]> {
  const seen: number[] = [];
  let at = 0;
  const status = new HostStatus({
    intervalMs: 1,
    readCpu: () => {
      if (at > 0) seen.push(status.current().cpu_load);
      const next = times[at++];
      if (next instanceof Error) throw next;
      return next ?? { busy: NaN, total: NaN };
    },
    readMemory: () => ({ total: GB, available: GB }),
  });
  status.start();
  while (seen.length < times.length) await delay(1);
  status.stop();
  return seen.slice(0, times.length);
}

function started(options: HostStatusOptions): HostStatus & Disposable {
  const status = new HostStatus(options);
  status.start();
  return Object.assign(status, { [Symbol.dispose]: () => status.stop() });
}

Deno.test("the load is the busy share between two samples, and -1 before there are two", async () => {
  const times = [{ busy: 50, total: 100 }, { busy: 75, total: 200 }, { busy: 175, total: 300 }, {
    busy: 175,
    total: 400,
  }];
  assertEquals(await loads(times), [-1, 0.25, 1, 0]);
});

Deno.test("counters that stand still or go back change nothing, and the load stays within 0 and 1", async () => {
  const still = [{ busy: 0, total: 0 }, { busy: 1, total: 2 }, { busy: 1, total: 2 }, { busy: 0, total: 1 }];
  assertEquals(await loads(still), [-1, 0.5, 0.5, 0.5]);
  assertEquals(await loads([{ busy: 0, total: 0 }, { busy: 5, total: 2 }, { busy: 4, total: 4 }]), [-1, 1, 0]);
});

Deno.test("a load that cannot be read is unknown until it can be again", async () => {
  const times = [new Error("no"), { busy: 0, total: 0 }, { busy: 1, total: 4 }, new Error("no"), { busy: 2, total: 8 }];
  assertEquals(await loads(times), [-1, -1, 0.25, -1, -1]);
});

Deno.test("memory is told in whole MB at once, what is available counting as free", () => {
  using status = started({ readMemory: () => ({ total: 16 * GB, available: 12.3 * GB }) });
  assertEquals(status.current(), { cpu_load: -1, mem_used_mb: 3789, mem_total_mb: 16384, ram_free_mb: 12595 });
});

Deno.test("memory that cannot be read is unknown", () => {
  using status = started({
    readMemory: () => {
      throw new Error("no");
    },
  });
  assertEquals(status.current(), { cpu_load: -1, mem_used_mb: 0, mem_total_mb: 0, ram_free_mb: 0 });
});

Deno.test("this machine's load is known soon after the start", async () => {
  using status = started({});
  status.start();
  while (status.current().cpu_load === -1) await delay(10);
  const { cpu_load, mem_used_mb, mem_total_mb, ram_free_mb } = status.current();
  assert(cpu_load >= 0 && cpu_load <= 1);
  assert(mem_total_mb > 0 && ram_free_mb > 0 && mem_used_mb + ram_free_mb === mem_total_mb);
});

Deno.test("stopping ends the sampling, also twice or before the start", async () => {
  let samples = 0;
  const status = new HostStatus({ intervalMs: 1, readMemory: () => (samples++, { total: GB, available: GB }) });
  status.stop();
  status.start();
  while (samples < 3) await delay(1);
  status.stop();
  status.stop();
  const before = samples;
  await delay(20);
  assertEquals(samples, before);
});

Deno.test("sampling does not keep the program alive", async () => {
  const code = `import { HostStatus } from "${new URL(
    "./host_status.ts",
    import.meta.url,
  )}"; new HostStatus().start();`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", config, "--quiet", code],
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(20_000),
  }).output();
  assert(success);
});
