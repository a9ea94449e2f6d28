import { assertEquals } from "../../tests/assert.ts";
import { OVER, RememberedAttempts } from "./remembered_attempts.ts";

const ref = (job_id: string, n: number, attempt = 1) => ({ job_id, task_id: `t${n}`, attempt });

Deno.test("too many attempts are forgotten, those of the oldest job first; what is not over never is", () => {
  const attempts = new RememberedAttempts<{ open: string }>(100);
  const open = { open: "yes" };
  attempts.set(ref("old", -1), open);
  for (let n = 0; n < 60; n++) attempts.set(ref("old", n), OVER);
  for (let n = 0; n < 60; n++) attempts.set(ref("new", n), OVER);
  const known = (job: string) =>
    Array.from({ length: 60 }, (_, n) => attempts.get(ref(job, n))).filter((x) => x === OVER);
  assertEquals(known("new").length, 60);
  assertEquals(known("old").length + 61 <= 100, true);
  assertEquals([attempts.get(ref("old", 0)), attempts.get(ref("old", 59))], [undefined, OVER]);
  assertEquals(attempts.get(ref("old", -1)), open);
  for (let n = 0; n < 1000; n++) attempts.set(ref("last", n), OVER);
  assertEquals([known("old").length, known("new").length], [0, 0]);
  assertEquals([...attempts.open()], [open]);
  assertEquals(attempts.get(ref("last", 999)), OVER);
  assertEquals(attempts.get(ref("last", 999, 2)), undefined);
});

Deno.test("more attempts than can be remembered are all kept while none of them is over", () => {
  const attempts = new RememberedAttempts<{ n: number }>(100);
  for (let n = 0; n < 500; n++) attempts.set(ref("job", n), { n });
  assertEquals([...attempts.open()].length, 500);
  for (let n = 0; n < 500; n++) attempts.set(ref("job", n), OVER);
  assertEquals([...attempts.open()].length, 0);
  for (let n = 500; n < 600; n++) attempts.set(ref("job", n), OVER);
  const kept = Array.from({ length: 600 }, (_, n) => attempts.get(ref("job", n))).filter((x) => x === OVER).length;
  assertEquals(kept <= 100, true, `${kept} are kept`);
  assertEquals(attempts.get(ref("job", 599)), OVER);
});
