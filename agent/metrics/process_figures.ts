import process from "node:process";
import { counted, gauge } from "./gauge.ts";
import type { Family } from "./family.ts";

/** What Prometheus's own clients tell of every process, under the names that its dashboards know. */
export function processFigures(): Family[] {
  const startedAt = Date.now() / 1000 - process.uptime();
  return [
    counted("process_cpu_seconds_total", "Time on processors, of all threads, user and system", () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    }),
    gauge("process_resident_memory_bytes", "Memory that the process holds", () => Deno.memoryUsage().rss),
    gauge("process_heap_bytes", "Of it, what JavaScript's heap takes", () => Deno.memoryUsage().heapTotal),
    gauge("process_start_time_seconds", "When the process was started, since 1970", () => startedAt),
  ];
}
