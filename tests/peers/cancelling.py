"""CancelJob and DeleteJob."""

import concurrent.futures
import subprocess

import mesh_pb2
from mesh import Agent, command, echo
from raw_worker import RawWorker
from report import check, equal, eventually, refused

epsilon = Agent("epsilon").open()
UNKNOWN = "6a9b4b0e-0000-4000-8000-000000000000"


def states(job_id):
    return [task.state for task in epsilon.job(job_id).tasks]


def running(argument):
    """How many processes of this machine have this last argument."""
    lines = subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True, check=True).stdout.split("\n")
    return sum(line.rstrip().endswith(f" {argument}") for line in lines)


@check("cancelling a job ends its running commands, and what waits never begins")
def _():
    job_id = epsilon.submit([command(f"t{n}", "sleep", "54321.5") for n in range(20)], [echo("later")])
    eventually(lambda: running("54321.5"), "a command to run")
    summary = epsilon.cancel(job_id)
    equal((summary.job_id, summary.state, summary.tasks_total), (job_id, "CANCELLED", 21))
    assert summary.reason and summary.finished_at >= summary.created_at > 0, summary
    eventually(lambda: not running("54321.5"), "the commands to end")
    status = epsilon.job(job_id)
    equal((status.state, {task.state for task in status.tasks}), ("CANCELLED", {"CANCELLED"}))
    assert all(task.error for task in status.tasks), status.tasks
    equal(status.final_result, summary.reason)


@check("cancelling again is answered as before, also by many at once")
def _():
    with RawWorker(epsilon, "cancelled") as worker:
        job_id = epsilon.submit([echo("a", "cancelled")])
        (task,) = worker.wait_for("tasks")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answering = [pool.submit(epsilon.cancel, job_id) for _ in range(8)]
            worker.wait_for("cancelled_tasks")
            worker.finish(task, ok=False, error="stopped", error_code="CANCELLED")
            answers = [answer.result() for answer in answering]
        again = epsilon.cancel(job_id)
        equal(again.state, "CANCELLED")
        equal(answers, [again] * 8)


@check("a device is told which attempts nobody wants any more; one that does not answer holds up nothing")
def _():
    with RawWorker(epsilon, "deaf", credits=2) as worker:
        job_id = epsilon.submit([echo(name, "deaf") for name in "abc"])
        worker.wait_for("tasks", 2)
        equal(epsilon.cancel(job_id).state, "CANCELLED")
        told = {(ref.job_id, ref.task_id, ref.attempt) for ref in worker.wait_for("cancelled_tasks", 2)}
        equal(told, {(job_id, "a", 1), (job_id, "b", 1)})
        equal((states(job_id), len(worker.all("tasks"))), (["CANCELLED"] * 3, 2))


@check("what a device finishes within its 2 s counts, and its failure does not")
def _():
    with RawWorker(epsilon, "quick") as worker, concurrent.futures.ThreadPoolExecutor() as pool:
        job_id = epsilon.submit([echo(name, "quick") for name in "ab"])
        a, b = worker.wait_for("tasks", 2)
        answer = pool.submit(epsilon.cancel, job_id)
        worker.wait_for("cancelled_tasks", 2)
        worker.finish(a, output="in time")
        worker.finish(b, ok=False, error="stopped", error_code="CANCELLED")
        summary = answer.result()
        equal((summary.state, summary.tasks_done, summary.tasks_failed), ("CANCELLED", 1, 0))
        equal(states(job_id), ["DONE", "CANCELLED"])
        assert "in time" in epsilon.job(job_id).final_result, epsilon.job(job_id).final_result
        worker.wait_for("acknowledged", 2)


@check("a job that is DONE or FAILED cannot be cancelled, an unknown one is not found")
def _():
    done = epsilon.submit([echo("a")])
    epsilon.finished(done)
    refused(lambda: epsilon.cancel(done), "FAILED_PRECONDITION", done, "DONE")
    failed = epsilon.submit([command("a", "cat", "missing.txt")])
    epsilon.finished(failed)
    refused(lambda: epsilon.cancel(failed), "FAILED_PRECONDITION", failed, "FAILED")
    refused(lambda: epsilon.cancel(UNKNOWN), "NOT_FOUND", "no job")
    refused(lambda: epsilon.cancel(""), "INVALID_ARGUMENT", "job_id")


@check("a deleted job is gone from everywhere")
def _():
    job_id = epsilon.submit([echo("a")])
    epsilon.finished(job_id)
    epsilon.delete(job_id)
    for look in [epsilon.job, epsilon.cancel, epsilon.delete, epsilon.tasks, epsilon.watch]:
        refused(lambda: look(job_id), "NOT_FOUND", "no job")
    listed = epsilon.pages("ListJobs", mesh_pb2.ListJobsRequest(limit=1000))
    assert job_id not in {job.job_id for page in listed for job in page.jobs}, "it is listed"


@check("a job under way cannot be deleted, an unknown one is not found")
def _():
    with RawWorker(epsilon, "kept") as worker:
        job_id = epsilon.submit([echo("a", "kept")])
        worker.wait_for("tasks")
        refused(lambda: epsilon.delete(job_id), "FAILED_PRECONDITION", job_id, "cancel it first")
        worker.serve()
        equal(epsilon.finished(job_id).state, "DONE")
        epsilon.delete(job_id)
    refused(lambda: epsilon.delete(UNKNOWN), "NOT_FOUND", "no job")
    refused(lambda: epsilon.delete(""), "INVALID_ARGUMENT", "job_id")
