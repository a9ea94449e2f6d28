/** The client process of the measurement of the mesh. */
import { echoPlan } from "../shared/agent_session.ts";
import { serveOrders } from "../shared/order_server.ts";
import { atOnce, secondsOf, timed } from "../shared/timing.ts";
import type { OrderHandlers } from "./orders.ts";

/** How often a large job is looked at, in ms: its time is exact to this. */
const LOOK_EVERY_MS = 10;

/** Started like the agent starts it: by its path, which the agent remembers, and with an environment of as much. */
const PWD = "/bin/pwd";
const PWD_OPTIONS: Deno.CommandOptions = {
  cwd: Deno.cwd(),
  clearEnv: true,
  env: { LANG: "C.UTF-8", LC_ALL: "C.UTF-8", PATH: Deno.env.get("PATH") ?? "" },
  stdin: "null",
};

async function directPwd(): Promise<void> {
  const { success } = await new Deno.Command(PWD, PWD_OPTIONS).output();
  if (!success) throw new Error("pwd failed");
}

function isDone(state: string): boolean {
  if (state === "FAILED") throw new Error("the job failed");
  return state === "DONE";
}

await serveOrders((session): OrderHandlers => {
  async function routedPwd(deviceId: string): Promise<void> {
    const response = await session.runCommand(deviceId, "pwd");
    if (response.output?.exit_code !== 0 || response.executed_locally) throw new Error("pwd did not run as asked");
  }

  return {
    health: ({ calls }) => timed(calls, () => session.health()),

    healthRate: async ({ calls, inFlight }) =>
      calls / await secondsOf(() => atOnce(calls, inFlight, () => session.health())),

    async command({ rounds, deviceId }) {
      const routed: number[] = [];
      const direct: number[] = [];
      // In turn, so that whatever else the machine does meets both.
      for (let round = 0; round < rounds; round++) {
        routed.push(...await timed(1, () => routedPwd(deviceId)));
        direct.push(...await timed(1, directPwd));
      }
      return { routed, direct };
    },

    smallJob: ({ jobs, deviceId }) =>
      timed(jobs, async () => {
        const { job_id } = await session.submit(echoPlan({ tasks: 1, targets: [deviceId] }));
        while (!isDone((await session.job(job_id)).state));
      }),

    largeJob: ({ tasks }) =>
      secondsOf(async () => {
        const { job_id } = await session.submit(echoPlan({ tasks }));
        const isEnded = async () => {
          const job = (await session.newestJobs(1)).find((job) => job.job_id === job_id);
          return isDone(job?.state ?? "");
        };
        while (!await isEnded()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }),

    unaryTasks: ({ tasks, inFlight }) =>
      secondsOf(() =>
        atOnce(tasks, inFlight, async (n) => {
          const { ok } = await session.runTask({ task_id: `${n}`, kind: "ECHO", input: `input ${n}` });
          if (!ok) throw new Error(`task ${n} failed`);
        })
      ),

    online: () => session.online(),
  };
});
