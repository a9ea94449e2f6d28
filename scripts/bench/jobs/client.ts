/** A client process of the measurement of jobs. */
import type { Plan } from "../../../proto/gen/edgemesh/Plan.ts";
import { echoPlan } from "../shared/agent_session.ts";
import { serveOrders } from "../shared/order_server.ts";
import { atOnce, clock } from "../shared/timing.ts";
import type { Interval, OrderHandlers, SmallJob } from "./orders.ts";

async function interval(run: () => Promise<unknown>): Promise<Interval> {
  const begin = clock();
  await run();
  return { begin, end: clock() };
}

await serveOrders((session): OrderHandlers => {
  async function done(plan: Plan): Promise<{ jobId: string; taken: number }> {
    const { job_id } = await session.submit(plan);
    const taken = clock();
    await session.watchToDone(job_id);
    return { jobId: job_id, taken };
  }

  return {
    async job(order) {
      const plan = echoPlan(order);
      const begin = clock();
      const { jobId, taken } = await done(plan);
      return { begin, taken, end: clock(), jobId };
    },

    manyJobs({ jobs, inFlight, plan: order }) {
      const plan = echoPlan(order);
      return interval(() => atOnce(jobs, inFlight, () => done(plan)));
    },

    async smallJobs({ jobs, deviceId, limitMs }) {
      const plans = [echoPlan({ tasks: 1 }), echoPlan({ tasks: 1, targets: [deviceId] })] as const;
      const results: SmallJob[] = [];
      const end = performance.now() + limitMs;
      for (let n = 0; n < jobs && performance.now() < end; n++) {
        const named = n % 2 === 1;
        results.push({ ...await interval(() => done(named ? plans[1] : plans[0])), named });
      }
      return results;
    },

    async probe({ everyMs, ms }) {
      const answers: Promise<Interval>[] = [];
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const end = performance.now() + ms;
      const timer = setInterval(() => {
        if (performance.now() < end) answers.push(interval(() => session.health()));
        else resolve();
      }, everyMs);
      await ended;
      clearInterval(timer);
      return await Promise.all(answers);
    },

    async shares({ jobId }) {
      const shares: Record<string, number> = {};
      for (const { status } of await session.tasks(jobId)) {
        const name = status?.assigned_device_name ?? "";
        shares[name] = (shares[name] ?? 0) + 1;
      }
      return shares;
    },

    unaryTasks: ({ tasks, inFlight }) =>
      interval(() =>
        atOnce(tasks, inFlight, async (n) => {
          const { ok } = await session.runTask({ task_id: `${n}`, kind: "ECHO", input: `input ${n}` });
          if (!ok) throw new Error(`task ${n} failed`);
        })
      ),

    online: () => session.online(),
  };
});
