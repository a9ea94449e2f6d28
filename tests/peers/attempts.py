"""A device of another make, from mesh.proto alone: leases, attempts, reconnects and cancelled tasks."""

import concurrent.futures

import mesh_pb2
from mesh import Agent, command, echo
from raw_worker import RawWorker
from report import check, equal, eventually

epsilon = Agent("epsilon").open()


def ref(task):
    return (task.job_id, task.task_id, task.attempt)


def reasons(task):
    return [(one.attempt, one.device_id, one.device_name, one.reason) for one in task.failed_attempts]


def outcome(task, **fields):
    return mesh_pb2.TaskOutcome(job_id=task.job_id, task_id=task.task_id, attempt=task.attempt, ok=True, **fields)


# Its attempt is given up about 6 s after it was begun: the checks in between take that long. No other task goes to it.
forgetful = RawWorker(epsilon, "forgetful", credits=1)
forgetful.welcome()
forgotten = epsilon.start([echo("a", "forgetful")], task_timeout_ms=1)


@check("a device that knows nothing of leases answers by ids, and is acknowledged by ids")
def _():
    with RawWorker(epsilon, "old-fashioned") as worker:
        job_id = epsilon.submit([echo("a", "old-fashioned"), echo("b", "old-fashioned")])
        tasks = worker.wait_for("tasks", 2)
        worker.serve(2)
        equal({ref(one) for one in worker.wait_for("acknowledged", 2)}, {ref(task) for task in tasks})
        equal(worker.all("acknowledged_leases"), [])
        equal([task.result for task in epsilon.finished(job_id).tasks], ["echo: a", "echo: b"])


@check("a device may answer by leases alone, and is acknowledged by leases")
def _():
    with RawWorker(epsilon, "modern") as worker:
        job_id = epsilon.submit([echo("a", "modern"), echo("b", "modern")])
        a, b = worker.wait_for("tasks", 2)
        assert 0 != a.lease != b.lease != 0, (a.lease, b.lease)
        worker.finish_by_lease(b, output="of b")
        worker.finish_by_lease(a, output="of a")
        equal(worker.wait_for("acknowledged_leases", 2), [b.lease, a.lease])
        equal(worker.all("acknowledged"), [])
        equal([task.result for task in epsilon.finished(job_id).tasks], ["of a", "of b"])


@check("answers by ids and by leases may come in one message, and are acknowledged each in its way")
def _():
    with RawWorker(epsilon, "mixed") as worker:
        job_id = epsilon.submit([echo(name, "mixed") for name in "abc"])
        a, b, c = worker.wait_for("tasks", 3)
        by_lease = mesh_pb2.TaskOutcome(lease=b.lease, ok=True, output="of b")
        both = outcome(c, output="of c", lease=c.lease)
        worker.send(outcomes=[outcome(a, output="of a"), by_lease, both], credits=3)
        equal([task.result for task in epsilon.finished(job_id).tasks], ["of a", "of b", "of c"])
        equal([ref(one) for one in worker.wait_for("acknowledged")], [ref(a)])
        equal(worker.wait_for("acknowledged_leases", 2), [b.lease, c.lease])


@check("an answer that comes twice is acknowledged twice and counts once")
def _():
    with RawWorker(epsilon, "stutterer") as worker:
        job_id = epsilon.submit([echo("a", "stutterer"), echo("b", "stutterer")])
        a, b = worker.wait_for("tasks", 2)
        worker.finish_by_lease(a, output="first")
        worker.finish_by_lease(a, output="second", credits=0)
        worker.finish(a, output="third")
        equal(worker.wait_for("acknowledged_leases", 2), [a.lease, a.lease])
        equal([ref(one) for one in worker.wait_for("acknowledged")], [ref(a)])
        worker.finish_by_lease(b, output="b")
        equal([task.result for task in epsilon.finished(job_id).tasks], ["first", "b"])


@check("leases that nobody has, or another device, do not count")
def _():
    with RawWorker(epsilon, "honest") as honest, RawWorker(epsilon, "liar") as liar:
        job_id = epsilon.submit([echo("a", "honest")])
        (task,) = honest.wait_for("tasks")
        lies = [task.lease, task.lease + 1000, 2**32 - 1]
        liar.send(outcomes=[mesh_pb2.TaskOutcome(lease=lease, ok=True, output="a lie") for lease in lies])
        equal(liar.wait_for("acknowledged_leases", 3), lies)
        equal(epsilon.job(job_id).tasks[0].state, "RUNNING")
        honest.finish_by_lease(task, output="the truth")
        equal(epsilon.finished(job_id).tasks[0].result, "the truth")


@check("after a broken stream what a device holds goes on, and what never reached it is sent as the same attempt")
def _():
    first = RawWorker(epsilon, "back")
    first.welcome()
    job_id = epsilon.submit([echo(name, "back") for name in "abc"])
    a, b, c = first.wait_for("tasks", 3)
    first.cut()
    with RawWorker(epsilon, "back", held=[a, c]) as second:
        (again,) = second.wait_for("tasks")
        equal(ref(again), ref(b))
        # What a stream says in its last moment may be said again in the next one.
        second.send(outcomes=[outcome(a, output="of a")])
        second.send(outcomes=[outcome(a, output="of a")], credits=1)
        second.finish_by_lease(again, output="of b")
        equal([ref(one) for one in second.wait_for("acknowledged", 2)], [ref(a), ref(a)])
        equal([task.state for task in epsilon.job(job_id).tasks], ["DONE", "DONE", "RUNNING"])
        second.finish(c, output="of c")
        equal([task.result for task in epsilon.finished(job_id).tasks], ["of a", "of b", "of c"])
        equal([(task.attempts, reasons(task)) for task in epsilon.tasks(job_id)], [(1, [])] * 3)
        equal(len(second.all("tasks")), 1)


@check("what a device holds and nobody wants any more it is told to stop when it is back")
def _():
    first = RawWorker(epsilon, "late")
    first.welcome()
    job_id = epsilon.submit([echo("a", "late")])
    (task,) = first.wait_for("tasks")
    first.cut()
    epsilon.cancel(job_id)
    made_up = mesh_pb2.TaskAssignment(job_id="unknown", task_id="a", attempt=2)
    with RawWorker(epsilon, "late", held=[task, made_up]) as second:
        equal({ref(one) for one in second.wait_for("cancelled_tasks", 2)}, {ref(task), ref(made_up)})
        second.finish(task, output="too late")
        second.wait_for("acknowledged")
        equal(epsilon.job(job_id).tasks[0].state, "CANCELLED")


@check("a device that comes with an attempt of another one does not get it")
def _():
    with RawWorker(epsilon, "owner") as owner:
        job_id = epsilon.submit([echo("a", "owner")])
        (task,) = owner.wait_for("tasks")
        with RawWorker(epsilon, "thief", held=[task]) as thief:
            equal([ref(one) for one in thief.wait_for("cancelled_tasks")], [ref(task)])
            thief.finish(task, output="stolen")
            thief.wait_for("acknowledged")
        equal(epsilon.job(job_id).tasks[0].state, "RUNNING")
        owner.serve()
        equal(epsilon.finished(job_id).tasks[0].result, "echo: a")


@check("a program that was started anew gets what its former start held as another attempt")
def _():
    first = RawWorker(epsilon, "restarted")
    first.welcome()
    job_id = epsilon.submit([echo("a", "restarted")])
    (task,) = first.wait_for("tasks")
    first.cut()
    eventually(lambda: not epsilon.online("restarted"), "it to be offline")
    with RawWorker(epsilon, "restarted", start="second") as second:
        equal(second.wait_for("tasks")[0].attempt, 2)
        second.finish(task, output="of the first start")
        second.wait_for("acknowledged")
        equal(epsilon.job(job_id).tasks[0].state, "RUNNING")
        second.finish(second.wait_for("tasks")[0], output="of the second start")
        equal(epsilon.finished(job_id).tasks[0].result, "of the second start")
        (detail,) = epsilon.tasks(job_id)
        equal((detail.attempts, len(detail.failed_attempts)), (2, 1))
        equal(reasons(detail)[0][:3], (1, "restarted", "restarted"))
        assert "restarted" in reasons(detail)[0][3], reasons(detail)


@check("of tasks that name no device, those that a restarted program held go to another device where there is one")
def _():
    first = RawWorker(epsilon, "renewed")
    first.welcome()
    job_id = epsilon.submit([echo(f"t{n}") for n in range(20)])
    held = [task.task_id for task in first.wait_for("tasks")]
    first.cut()
    eventually(lambda: not epsilon.online("renewed"), "it to be offline")
    with RawWorker(epsilon, "renewed", start="second"):
        status = epsilon.finished(job_id)
        equal((status.state, {task.assigned_device_id for task in status.tasks}), ("DONE", {epsilon.device_id}))
        moved = {task.status.task_id: task for task in epsilon.tasks(job_id) if task.attempts == 2}
        assert set(held) <= set(moved), (held, list(moved))
        equal({one.device_id for task in moved.values() for one in task.failed_attempts}, {"renewed"})


@check("a device that cannot do a task now gets it again, up to three times, and each reason is kept")
def _():
    with RawWorker(epsilon, "moody") as worker:
        job_id = epsilon.submit([echo("a", "moody"), echo("b", "moody")])
        tasks = worker.wait_for("tasks", 2)
        for attempt in [1, 2]:
            for task in tasks:
                worker.finish(task, ok=False, error=f"no {attempt}", error_code="UNAVAILABLE", output="none")
            tasks = worker.wait_for("tasks", 2 * attempt + 2)[-2:]
            equal({task.attempt for task in tasks}, {attempt + 1})
        a, b = sorted(tasks, key=lambda task: task.task_id)
        worker.finish(a, output="at last")
        worker.finish(b, ok=False, error="no 3", error_code="UNAVAILABLE")
        status = epsilon.finished(job_id)
        equal([(task.state, task.result) for task in status.tasks], [("DONE", "at last"), ("FAILED", "")])
        assert "3 attempts" in status.tasks[1].error and "no 3" in status.tasks[1].error, status.tasks[1].error
        said = [[(attempt, reason) for attempt, _, _, reason in reasons(task)] for task in epsilon.tasks(job_id)]
        equal(said, [[(1, "no 1"), (2, "no 2")], [(1, "no 1"), (2, "no 2"), (3, "no 3")]])


@check("a task's own failure, and one whose code means nothing, is not tried again")
def _():
    with RawWorker(epsilon, "failing") as worker:
        codes = ["", "OK", "DEADLINE_EXCEEDED", "INVALID_ARGUMENT", "constructor", "unavailable"]
        job_id = epsilon.submit([echo(f"t{n}", "failing") for n in range(len(codes))])
        for task, code in zip(worker.wait_for("tasks", len(codes)), codes):
            worker.finish(task, ok=False, error="out of luck", error_code=code)
        equal([(t.state, t.error) for t in epsilon.finished(job_id).tasks], [("FAILED", "out of luck")] * len(codes))
        equal({task.attempts for task in epsilon.tasks(job_id)}, {1})


@check("a task that one device may not do goes to another one, and is FAILED at once where there is none")
def _():
    denied = {"ok": False, "error": "not here", "error_code": "PERMISSION_DENIED"}
    with RawWorker(epsilon, "strict") as strict, RawWorker(epsilon, "willing") as willing:
        job_id = epsilon.submit([echo("named", "strict"), *[echo(f"t{n}") for n in range(8)]])
        first = strict.wait_for("tasks", 2)[0]
        strict.finish(first, output="echo: named")
        answered = {"strict": 1, "willing": 0}

        def answer():
            for worker, fields in [(strict, denied), (willing, {"output": "done"})]:
                tasks = worker.all("tasks")
                for task in tasks[answered[worker.device_id]:]:
                    worker.finish(task, **fields)
                answered[worker.device_id] = len(tasks)
            status = epsilon.job(job_id)
            return status if status.state not in ("QUEUED", "RUNNING") else None

        status = eventually(answer, "the job to end")
        equal((status.state, [task.state for task in status.tasks]), ("DONE", ["DONE"] * 9))
        moved = [task for task in epsilon.tasks(job_id) if task.failed_attempts]
        assert moved, "no task was refused"
        for task in moved:
            equal([one[1:] for one in reasons(task)], [("strict", "strict", "not here")])
            assert task.status.assigned_device_id != "strict", task
    with RawWorker(epsilon, "strict") as strict:
        job_id = epsilon.submit([echo("a", "strict")])
        strict.finish(strict.wait_for("tasks")[0], **denied)
        (task,) = epsilon.finished(job_id).tasks
        equal((task.state, task.error), ("FAILED", "not here"))


@check("a device gets only the kinds that it runs, and of each no more than it has places for")
def _():
    with RawWorker(epsilon, "choosy", kinds={"ECHO": 2, "SYSINFO": 1}) as worker:
        sysinfo = [{"task_id": f"s{n}", "kind": "SYSINFO", "target_device_id": "choosy"} for n in range(2)]
        commands = [command("c", "pwd", device_id="choosy")]
        job_id = epsilon.submit([*commands, *[echo(f"e{n}", "choosy") for n in range(4)], *sysinfo])
        equal({task.task_id for task in worker.wait_for("tasks", 3)}, {"e0", "e1", "s0"})
        done = 0
        for task_id, following in [("e1", "e2"), ("s0", "s1"), ("e0", "e3")]:
            (task,) = [task for task in worker.all("tasks") if task.task_id == task_id]
            worker.finish_by_lease(task)
            done += 1
            equal(worker.wait_for("tasks", 3 + done)[-1].task_id, following)
        equal(epsilon.devices()["choosy"].running_tasks, 3)
        refused = epsilon.job(job_id).tasks[0]
        equal((refused.state, refused.error), ("FAILED", "its device choosy does not run COMMAND"))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            cancelled = pool.submit(epsilon.cancel, job_id)
            worker.wait_for("cancelled_tasks", 3)
            for task in worker.all("tasks")[3:]:
                worker.finish_by_lease(task, ok=False, error_code="CANCELLED")
            equal(cancelled.result().state, "CANCELLED")


@check("a task that is never answered is given up after its time limit, and what comes of it later does not count")
def _():
    equal([ref(one) for one in forgetful.wait_for("cancelled_tasks")], [(forgotten, "a", 1)])
    forgetful.send(credits=1)
    tasks = forgetful.wait_for("tasks", 2)
    equal([task.attempt for task in tasks], [1, 2])
    equal({task.timeout_ms for task in tasks}, {1})
    forgetful.finish(tasks[0], output="too late")
    forgetful.finish_by_lease(tasks[0], output="too late")
    forgetful.wait_for("acknowledged")
    forgetful.wait_for("acknowledged_leases")
    equal(epsilon.job(forgotten).tasks[0].state, "RUNNING")
    forgetful.finish_by_lease(tasks[1], output="in time")
    equal(epsilon.finished(forgotten).tasks[0].result, "in time")
    ((attempt, device, _, reason),) = reasons(epsilon.tasks(forgotten)[0])
    equal((attempt, device), (1, "forgetful"))
    assert "did not answer" in reason, reason


forgetful.cut()
