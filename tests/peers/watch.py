"""WatchJob: what a client is told of a job while it runs."""

import threading
import time

import mesh_pb2
from mesh import Agent, echo
from raw_worker import RawWorker
from report import check, equal, eventually, refused

epsilon = Agent("epsilon").open()
FINISHED = ("DONE", "FAILED", "CANCELLED")


def counts(group):
    return {field.name: value for field, value in group.ListFields()}


@check("a watcher sees a job as it is, then what changes, then its end and its result")
def _():
    with RawWorker(epsilon, "watched") as worker:
        job_id = epsilon.submit([echo("a", "watched"), echo("b", "watched")], [echo("c", "watched")])
        worker.wait_for("tasks", 2)
        watch = epsilon.watch(job_id)
        first = next(watch)
        equal((first.job_id, first.state, first.snapshot, first.current_group), (job_id, "RUNNING", True, 0))
        equal([counts(group) for group in first.groups], [{"tasks": 2, "running": 2}, {"tasks": 1, "queued": 1}])
        equal(
            [(t.task_id, t.state, t.assigned_device_id) for t in first.tasks],
            [("a", "RUNNING", "watched"), ("b", "RUNNING", "watched"), ("c", "QUEUED", "")],
        )
        worker.serve(2)
        worker.finish(worker.wait_for("tasks", 3)[2])
        updates = list(watch)
        last = updates[-1]
        equal((last.state, last.current_group, last.reason), ("DONE", 1, ""))
        equal([counts(group) for group in last.groups], [{"tasks": 2, "done": 2}, {"tasks": 1, "done": 1}])
        equal([update.snapshot for update in updates], [False] * len(updates))
        equal([update.final_result for update in updates[:-1]], [""] * (len(updates) - 1))
        equal([update.state in FINISHED for update in updates[:-1]], [False] * (len(updates) - 1))
        told = {task.task_id: task for update in [first, *updates] for task in update.tasks}
        status = epsilon.job(job_id)
        equal(list(told.values()), list(status.tasks))
        equal(last.final_result, status.final_result)


@check("a job that changes all the time is told of at most ten times a second, and once more at its end")
def _():
    with RawWorker(epsilon, "busy", credits=1) as worker:
        job_id = epsilon.submit([echo(f"t{n}", "busy") for n in range(60)])
        updates = []
        began = time.monotonic()
        watch = epsilon.watch(job_id)
        reading = threading.Thread(target=lambda: updates.extend(watch))
        reading.start()
        eventually(lambda: updates, "the snapshot")
        for done in range(60):
            worker.finish(worker.wait_for("tasks", done + 1)[done])
        reading.join()
        seconds = time.monotonic() - began
        assert len(updates) <= 10 * seconds + 2, f"{len(updates)} messages in {seconds} s"
        seen = [update.groups[0].done for update in updates]
        equal(seen, sorted(seen))
        equal({task.task_id for update in updates[1:] for task in update.tasks}, {f"t{n}" for n in range(60)})


@check("of a job that has ended one message tells all")
def _():
    job_id = epsilon.submit([echo("a")], [echo("b")])
    status = epsilon.finished(job_id)
    (told,) = epsilon.watch(job_id)
    equal((told.state, told.snapshot, told.current_group), ("DONE", True, 1))
    equal((list(told.tasks), told.final_result), (list(status.tasks), status.final_result))
    equal([counts(group) for group in told.groups], [{"tasks": 1, "done": 1}] * 2)


@check("a job that failed, and one that was cancelled, say why at the end of the watching")
def _():
    with RawWorker(epsilon, "failing") as worker:
        failing = epsilon.submit([echo("a", "failing")], [echo("b")])
        watch = epsilon.watch(failing)
        worker.finish(worker.wait_for("tasks")[0], ok=False, error="out of luck")
        updates = list(watch)
        last = updates[-1]
        assert "out of luck" in last.reason and last.final_result.startswith(last.reason), last
        told = {task.task_id: task.state for update in updates for task in update.tasks}
        equal((last.state, told), ("FAILED", {"a": "FAILED", "b": "CANCELLED"}))
        cancelled = epsilon.submit([echo("a", "failing")])
        watch = epsilon.watch(cancelled)
        next(watch)
        epsilon.cancel(cancelled)
        last = list(watch)[-1]
        equal((last.state, last.reason), ("CANCELLED", epsilon.job(cancelled).final_result.split("\n")[0]))


@check("a watcher that goes away ends neither the job nor another's watching")
def _():
    with RawWorker(epsilon, "left") as worker:
        job_id = epsilon.submit([echo("a", "left")])
        goes, stays = epsilon.watch(job_id), epsilon.watch(job_id)
        equal((next(goes).snapshot, next(stays).snapshot), (True, True))
        goes.cancel()
        worker.serve()
        equal(list(stays)[-1].state, "DONE")
        equal(epsilon.job(job_id).state, "DONE")


@check("two watchers of one job are told the same end")
def _():
    with RawWorker(epsilon, "seen") as worker:
        job_id = epsilon.submit([echo("a", "seen")])
        both = [epsilon.watch(job_id), epsilon.watch(job_id)]
        for watch in both:
            next(watch)
        worker.serve()
        one, other = [list(watch)[-1] for watch in both]
        equal((one.state, one), ("DONE", other))


@check("watchers that go away before they are told anything do no harm")
def _():
    job_id = epsilon.submit([echo(f"t{n}") for n in range(2000)])
    epsilon.finished(job_id)
    for _ in range(10):
        watches = [epsilon.watch(wanted) for wanted in [job_id, "unknown", job_id, ""]]
        time.sleep(0.002)
        for watch in watches:
            watch.cancel()
    equal(len(list(epsilon.watch(job_id))), 1)


@check("with counts_only no task is told of, and no result")
def _():
    with RawWorker(epsilon, "counted") as worker:
        job_id = epsilon.submit([echo("a", "counted"), echo("b", "counted")])
        watch = epsilon.watch(job_id, counts_only=True)
        first = next(watch)
        worker.serve(2)
        updates = [first, *watch, *epsilon.watch(job_id, counts_only=True)]
        equal([(len(update.tasks), update.final_result) for update in updates], [(0, "")] * len(updates))
        ends = [(update.state, counts(update.groups[0])) for update in updates[-2:]]
        equal(ends, [("DONE", {"tasks": 2, "done": 2})] * 2)


@check("an unknown job cannot be watched, and one without an id is refused by its field")
def _():
    refused(lambda: epsilon.watch("6a9b4b0e-0000-4000-8000-000000000000"), "NOT_FOUND", "no job")
    refused(lambda: epsilon.watch("x\n" * 50_000), "NOT_FOUND", "no job")
    refused(lambda: epsilon.watch(""), "INVALID_ARGUMENT", "job_id")


@check("a job above 10,000 tasks is told of by its counts, and its results are shown by ListTasks alone")
def _():
    job_id = epsilon.submit([echo(f"t{n}") for n in range(10_001)])
    during = list(epsilon.watch(job_id))
    (after,) = epsilon.watch(job_id)
    for update in [*during, after]:
        equal((len(update.tasks), update.groups[0].tasks), (0, 10_001))
    equal((during[-1].state, after.state, after.groups[0].done), ("DONE", "DONE", 10_001))
    status = epsilon.job(job_id)
    equal((len(status.tasks), {task.result for task in status.tasks}), (10_001, {""}))
    note, rest = status.final_result.split("\n", 1)
    assert "10001 tasks" in note and "ListTasks" in note, note
    assert "echo: t0" in rest and "echo: t10000" in rest, "the outputs are not shown together"
    equal((during[-1].final_result, after.final_result), (status.final_result, status.final_result))
    tasks = epsilon.tasks(job_id, limit=1000)
    equal([task.status.result for task in tasks], [f"echo: t{n}" for n in range(10_001)])


@check("results too large for one message come in several, and GetJob says that they are left out")
def _():
    text = "x" * 1_000_000
    with RawWorker(epsilon, "large") as worker:
        job_id = epsilon.submit([echo(f"t{n}", "large", text="") for n in range(14)])
        watch = epsilon.watch(job_id)
        next(watch)
        for task in worker.wait_for("tasks", 14):
            worker.finish(task, output=text)
        updates = list(watch)
        assert max(update.ByteSize() for update in updates) < 8_000_000, [update.ByteSize() for update in updates]
        told = {task.task_id: len(task.result) for update in updates for task in update.tasks}
        equal(told, {f"t{n}": 1_000_000 for n in range(14)})
        status = epsilon.job(job_id)
        assert "ListTasks" in status.final_result.split("\n")[0], status.final_result[:200]
        equal({task.result for task in status.tasks}, {""})
        (after,) = epsilon.watch(job_id)
        equal((list(after.tasks), after.final_result), (list(status.tasks), status.final_result))
        pages = epsilon.pages("ListTasks", mesh_pb2.ListTasksRequest(job_id=job_id))
        assert len(pages) > 1 and max(page.ByteSize() for page in pages) < 8_000_000, len(pages)
        equal([len(task.status.result) for page in pages for task in page.tasks], [1_000_000] * 14)
