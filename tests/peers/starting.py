"""How jobs may be submitted: time limits, repeated submissions, reduces, commands, too many tasks."""

import concurrent.futures
import json

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import Agent, command, echo, plan
from raw_worker import RawWorker
from report import check, equal, refused

epsilon = Agent("epsilon").open()
WEEK_MS = 7 * 24 * 3_600_000


def submit(*groups, key="", agent=epsilon, **fields):
    metadata = [("x-idempotency-key", key)] if key else []
    return agent.SubmitJob(pb.JobRequest(plan=plan(*groups), **fields), metadata=metadata).job_id


def reduced(kind, *groups):
    return epsilon.finished(submit(*groups, reduce=pb.ReduceSpec(kind=kind)))


@check("a job may have a time limit for its tasks, and single tasks their own")
def _():
    job_id = epsilon.start(
        [echo("a"), echo("b")], [echo("c")], task_timeout_ms=60_000, task_timeouts_ms={"b": 1500, "c": WEEK_MS}
    )
    equal([task.timeout_ms for task in epsilon.tasks(job_id)], [60_000, 1500, WEEK_MS])
    equal(epsilon.finished(job_id).state, "DONE")


@check("a task that runs longer than its time limit is ended and FAILED with the reason, and is not tried again")
def _():
    job_id = epsilon.start([command("quick", "pwd"), command("slow", "sleep", "60")], task_timeouts_ms={"slow": 200})
    status = epsilon.finished(job_id)
    equal((status.state, [task.state for task in status.tasks]), ("FAILED", ["DONE", "FAILED"]))
    assert "200 ms" in status.tasks[1].error, status.tasks[1].error
    equal(epsilon.tasks(job_id)[1].attempts, 1)


for what, fields, said in [
    ("a negative time limit", {"task_timeout_ms": -1}, ["task_timeout_ms", "-1"]),
    ("a time limit above seven days", {"task_timeout_ms": WEEK_MS + 1}, ["task_timeout_ms"]),
    ("the longest time limit that can be said", {"task_timeout_ms": 2**31 - 1}, ["task_timeout_ms"]),
    ("a negative time limit of one task", {"task_timeouts_ms": {"a": -5}}, ['task_timeouts_ms["a"]', "-5"]),
    ("a time limit of 0 for one task", {"task_timeouts_ms": {"a": 0}}, ['task_timeouts_ms["a"]']),
    ("a time limit of a task that it does not have", {"task_timeouts_ms": {"b": 5}}, ["task_timeouts_ms", '"b"']),
    ("a time limit of a task called __proto__", {"task_timeouts_ms": {"__proto__": 5}}, ["task_timeouts_ms"]),
    ("a key of 257 characters", {"idempotency_key": "k" * 257}, ["idempotency", "257"]),
    ("an unknown reduce kind", {"reduce": "JSN"}, ["reduce.kind", "JSN", "did you mean JSON"]),
]:

    @check(f"StartJob with {what} is refused by its field")
    def _():
        refused(lambda: epsilon.start([echo("a")], **fields), "INVALID_ARGUMENT", *said)


@check("StartJob without a job is refused by its field")
def _():
    refused(lambda: epsilon.StartJob(mesh_pb2.StartJobRequest()), "INVALID_ARGUMENT", "job")


@check("one submission made 20 times at the same moment is one job")
def _():
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(lambda _: submit([echo("a")], key="at once"), range(20)))
    equal(len(ids), 1)
    equal([job.job_id for job in epsilon.ListJobs(mesh_pb2.ListJobsRequest(limit=1)).jobs], list(ids))


@check("a key answers its first job, whatever plan comes with it and by whichever method, for its client alone")
def _():
    first = submit([echo("a")], key="once")
    epsilon.finished(first)
    equal(submit([echo("another plan")], [echo("b")], key="once"), first)
    equal(epsilon.start([echo("a")], idempotency_key="once"), first)
    same_name, other_name = Agent("epsilon").open(), Agent("epsilon").open(name="another client")
    equal(submit([echo("a")], key="once", agent=same_name), first)
    other = submit([echo("a")], key="once", agent=other_name)
    assert other != first, "another client's job was answered"
    equal(submit([echo("a")], key="once", agent=other_name), other)
    assert submit([echo("a")], key="Once") != first, "another key's job was answered"
    assert submit([echo("a")]) != submit([echo("a")]), "submissions without a key are one job"


@check("a submission that was refused may be made again under its key")
def _():
    refused(lambda: submit([echo("a", "nobody")], key="corrected"), "NOT_FOUND", "nobody")
    equal(epsilon.finished(submit([echo("a")], key="corrected")).state, "DONE")


@check("the key of a deleted job answers a new one")
def _():
    job_id = submit([echo("a")], key="deleted")
    epsilon.finished(job_id)
    epsilon.delete(job_id)
    again = submit([echo("a")], key="deleted")
    assert again != job_id, "a job that is gone was answered"
    equal(epsilon.finished(again).state, "DONE")


@check("JSON and LINES hold the outputs in plan order, however the tasks end, in any case of letters")
def _():
    for kind in ["JSON", "LINES", "json", "Lines"]:
        with RawWorker(epsilon, "backwards") as worker:
            job_id = submit([echo(name, "backwards") for name in "abc"], reduce=pb.ReduceSpec(kind=kind))
            for task in reversed(worker.wait_for("tasks", 3)):
                worker.finish(task, output=f'{task.task_id} "ü"\n')
                worker.wait_for("acknowledged", "cba".index(task.task_id) + 1)
            text = epsilon.finished(job_id).final_result
        if kind.upper() == "LINES":
            equal(text, 'a "ü"\nb "ü"\nc "ü"')
        else:
            entry = {"device_id": "backwards", "device_name": "backwards"}
            equal(json.loads(text), [{"task_id": name, "output": f'{name} "ü"\n', **entry} for name in "abc"])


@check("with FIRST the first success of the last group is the result, and the rest is cancelled")
def _():
    with RawWorker(epsilon, "racing") as worker:
        groups = [echo("before", epsilon.device_id)], [echo(name, "racing") for name in "abcd"]
        job_id = submit(*groups, reduce=pb.ReduceSpec(kind="FIRST"))
        a, b, c, d = worker.wait_for("tasks", 4)
        worker.finish(a, ok=False, error="not me")
        worker.wait_for("acknowledged")
        equal(epsilon.job(job_id).state, "RUNNING")
        worker.finish(c, output="the winner")
        status = epsilon.finished(job_id)
        equal((status.state, status.final_result), ("DONE", "the winner"))
        equal([task.state for task in status.tasks], ["DONE", "FAILED", "CANCELLED", "DONE", "CANCELLED"])
        equal({ref.task_id for ref in worker.wait_for("cancelled_tasks", 2)}, {"b", "d"})
        for late in [b, d]:
            worker.finish(late, output="too late")
        worker.wait_for("acknowledged", 4)
        equal(epsilon.job(job_id), status)


@check("with FIRST a job of which nothing succeeds is FAILED")
def _():
    status = reduced("FIRST", [command("a", "cat", "missing.txt"), command("b", "cat", "missing.txt")])
    equal((status.state, [task.state for task in status.tasks]), ("FAILED", ["FAILED", "FAILED"]))
    assert "missing.txt" in status.final_result, status.final_result


@check("a COMMAND task's output is what the program printed")
def _():
    status = reduced("LINES", [command("a", "cat", "hello.txt"), command("b", "pwd")])
    equal(status.tasks[0].result, "hello from the shared folder\n")
    equal(status.state, "DONE")
    equal(status.final_result.split("\n")[0], "hello from the shared folder")


for what, words, said in [
    ("exits with another code than 0", ["cat", "missing.txt"], ["exit code 1", "missing.txt"]),
    ("is not allowed", ["rm", "hello.txt"], ['"rm" is not allowed', "pwd"]),
    ("leaves the shared folder", ["cat", "../secret"], ["shared folder"]),
]:

    @check(f"a COMMAND task that {what} is FAILED with the reason")
    def _():
        job_id = submit([command("a", *words)])
        (task,) = epsilon.finished(job_id).tasks
        equal(task.state, "FAILED")
        for part in said:
            assert part in task.error, task.error
        (detail,) = epsilon.tasks(job_id)
        equal((detail.attempts, [one.attempt for one in detail.failed_attempts]), (1, [1]))


NUL = "\\u0000"
for text in ["", "ls", "null", "{}", "[]", '"ls"', '["ls",1]', '[["ls"]]', '[""]', f'["{NUL}"]', f'["ls","{NUL}"]']:

    @check(f"a COMMAND task with the input {text!r} is refused by its field")
    def _():
        bad = {"task_id": "bad", "kind": "COMMAND", "input": text}
        refused(lambda: submit([echo("a"), bad]), "INVALID_ARGUMENT", "plan.groups[0].tasks[1].input")


@check("past the limit of queued tasks jobs are refused, and taken again when there is room")
def _():
    with RawWorker(epsilon, "hoarder", credits=0):
        many = [echo(f"t{n}", "hoarder", text="") for n in range(14_000)]
        full = submit(many)
        refused(lambda: submit(many[:1001]), "RESOURCE_EXHAUSTED", "queued", "15000", "--max-queued-tasks")
        equal(epsilon.finished(submit([echo(f"t{n}") for n in range(1000)])).state, "DONE")
        epsilon.cancel(full)
    equal(epsilon.finished(submit([echo(f"t{n}") for n in range(1001)])).state, "DONE")


@check("a job larger than the limit of queued tasks is refused")
def _():
    refused(lambda: submit([echo(f"t{n}", text="") for n in range(15_001)]), "RESOURCE_EXHAUSTED", "15001", "15000")
