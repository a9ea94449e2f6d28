"""ListJobs and ListTasks, page by page."""

import itertools

import mesh_pb2
from mesh import Agent, echo
from raw_worker import RawWorker
from report import check, equal, refused

epsilon = Agent("epsilon").open()


def jobs(**fields):
    return epsilon.ListJobs(mesh_pb2.ListJobsRequest(**fields))


def tasks(job_id, **fields):
    return epsilon.ListTasks(mesh_pb2.ListTasksRequest(job_id=job_id, **fields))


def done(*groups):
    job_id = epsilon.submit(*groups)
    epsilon.finished(job_id)
    return job_id


@check("jobs are listed newest first, each once, while others are added")
def _():
    before = [done([echo("a")]) for _ in range(7)]
    page = jobs(limit=2)
    seen = list(page.jobs)
    while page.next_page_token:
        done([echo("added")])
        page = jobs(limit=2, page_token=page.next_page_token)
        assert 1 <= len(page.jobs) <= 2, len(page.jobs)
        seen.extend(page.jobs)
        assert len(seen) < 1000, "the pages do not end"
    ids = [job.job_id for job in seen]
    equal(len(ids), len(set(ids)))
    equal(ids[:7], before[::-1])
    made = [job.created_at for job in seen]
    equal(made, sorted(made, reverse=True))


@check("after the last page there is none, also where it is full")
def _():
    everything = epsilon.pages("ListJobs", mesh_pb2.ListJobsRequest(limit=1000))
    count = sum(len(page.jobs) for page in everything)
    equal((len(jobs(limit=count).jobs), jobs(limit=count).next_page_token), (count, ""))
    assert jobs(limit=count - 1).next_page_token, "the last job has no page"


@check("jobs of one state are listed with why they ended, and others are not")
def _():
    with RawWorker(epsilon, "states") as worker:
        running = epsilon.submit([echo("a", "states"), echo("b", "states")])
        worker.finish(worker.wait_for("tasks", 2)[0])
        failed = epsilon.submit([echo("a", "states")])
        worker.finish(worker.wait_for("tasks", 3)[2], ok=False, error="out of luck")
        epsilon.finished(failed)
        listed = {state: list(jobs(state=state, limit=1000).jobs) for state in ["RUNNING", "FAILED", "DONE", "failed"]}
        for state, found in listed.items():
            equal({job.state for job in found}, {state.upper()})
        first = {state: found[0] for state, found in listed.items()}
        equal((first["RUNNING"].job_id, first["RUNNING"].finished_at, first["RUNNING"].reason), (running, 0, ""))
        equal((first["FAILED"].job_id, first["FAILED"].tasks_failed), (failed, 1))
        assert "out of luck" in first["FAILED"].reason, first["FAILED"]
        equal(epsilon.cancel(running), jobs(state="CANCELLED").jobs[0])


for token in ["x", "1", "1.", ".a", "-1.a", "1.a b", "1e3.a", "1." + "a" * 65, "9" * 16 + ".a", "\n" * 100_000, "0"]:

    @check(f"the page token {token[:20]!r} is refused by ListJobs")
    def _():
        refused(lambda: jobs(page_token=token), "INVALID_ARGUMENT", "page_token", "next_page_token")


job_id = done([echo(f"first-{n}") for n in range(13)], [echo(f"second-{n}") for n in range(12)])

for token in ["x", "-1", "1.5", " 1", "1e3", "99999999999", "4294967296", "\n" * 100_000, "١"]:

    @check(f"the page token {token[:20]!r} is refused by ListTasks")
    def _():
        refused(lambda: tasks(job_id, page_token=token), "INVALID_ARGUMENT", "page_token", "next_page_token")


@check("the tasks of a job are listed in plan order, page by page, with all that is known of them")
def _():
    pages = epsilon.pages("ListTasks", mesh_pb2.ListTasksRequest(job_id=job_id, limit=10))
    equal([len(page.tasks) for page in pages], [10, 10, 5])
    listed = list(itertools.chain(*(page.tasks for page in pages)))
    equal([task.status for task in listed], list(epsilon.job(job_id).tasks))
    equal([task.group for task in listed], [0] * 13 + [1] * 12)
    equal({(t.kind, t.attempts, len(t.failed_attempts), t.timeout_ms) for t in listed}, {("ECHO", 1, 0, 250_000)})


@check("a full last page of tasks has none behind it, nor has a place behind all tasks")
def _():
    equal((len(tasks(job_id, limit=25).tasks), tasks(job_id, limit=25).next_page_token), (25, ""))
    equal(len(tasks(job_id, page_token="4294967295").tasks), 0)


@check("tasks of one state are listed while a job runs, and a page token stays good when it ends")
def _():
    with RawWorker(epsilon, "slow", credits=4) as worker:
        running = epsilon.submit([echo(f"t{n}", "slow") for n in range(8)])
        a, b, c, d = worker.wait_for("tasks", 4)
        worker.send(outcomes=[mesh_pb2.TaskOutcome(lease=task.lease, ok=True, output="x" * 10) for task in [a, c]])
        worker.wait_for("acknowledged_leases", 2)
        found = {
            state: [task.status.task_id for task in epsilon.tasks(running, state=state, limit=1)]
            for state in ["DONE", "RUNNING", "QUEUED", "FAILED", "done"]
        }
        waiting = {"RUNNING": ["t1", "t3"], "QUEUED": ["t4", "t5", "t6", "t7"], "FAILED": []}
        equal(found, {"DONE": ["t0", "t2"], "done": ["t0", "t2"], **waiting})
        page = tasks(running, limit=3)
        equal([task.status.result for task in page.tasks], ["x" * 10, "", "x" * 10])
        worker.finish_by_lease(b, d, credits=4)
        worker.finish_by_lease(*worker.wait_for("tasks", 8)[4:])
        epsilon.finished(running)
        rest = tasks(running, limit=100, page_token=page.next_page_token)
        equal([(t.status.task_id, t.status.state) for t in rest.tasks], [(f"t{n}", "DONE") for n in range(3, 8)])


@check("ListTasks refuses an unknown job, state or limit by its field")
def _():
    refused(lambda: tasks(""), "INVALID_ARGUMENT", "job_id")
    for state in ["", "DONE"]:
        refused(lambda: tasks("6a9b4b0e-0000-4000-8000-000000000000", state=state), "NOT_FOUND", "no job")
    refused(lambda: tasks(job_id, state="ASLEEP"), "INVALID_ARGUMENT", "state", "ASLEEP", "CANCELLED")
    for limit in [-1, 1001, 2**31 - 1]:
        refused(lambda: tasks(job_id, limit=limit), "INVALID_ARGUMENT", "limit", str(limit))
        refused(lambda: jobs(limit=limit), "INVALID_ARGUMENT", "limit", str(limit))
