"""MeshService.Attach: a device that does as it should, devices that lie, and devices that are lost."""

import math
import time

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import Agent, plan
from raw_worker import RawWorker
from report import check, equal, eventually, near, plain, refused

gamma = Agent("gamma").open()
FINISHED = {"DONE", "FAILED", "CANCELLED"}


def echo(task_id, device_id="", **fields):
    return {"task_id": task_id, "kind": "ECHO", "input": task_id, "target_device_id": device_id, **fields}


def submit(*groups, **fields):
    return gamma.SubmitJob(pb.JobRequest(plan=plan(*groups), **fields)).job_id


def job(job_id):
    return gamma.GetJob(pb.JobId(job_id=job_id))


def finished(job_id):
    def look():
        status = job(job_id)
        return status if status.state in FINISHED else None

    return eventually(look, f"job {job_id} to end")


def online(device_id):
    return gamma.devices()[device_id].online


def run_on(device_id, command="pwd", *args):
    policy = pb.RoutingPolicy(mode="FORCE_DEVICE_ID", device_id=device_id)
    request = pb.RoutedCommandRequest(policy=policy, command=command, args=args)
    return gamma.orchestrator.ExecuteRoutedCommand.future(request, metadata=gamma.metadata(), timeout=20)


def outcome_of(task):
    return mesh_pb2.TaskOutcome(job_id=task.job_id, task_id=task.task_id, attempt=task.attempt, ok=True)


@check("a device of another make attaches, is welcomed and is online")
def _():
    with RawWorker(gamma, "good") as worker:
        welcome = worker.welcome()
        equal((welcome.device_id, welcome.device_name), (gamma.device_id, "gamma"))
        state = gamma.devices()["good"]
        equal((state.online, state.link, state.running_tasks), (True, "attached", 0))
        status = state.status
        equal((status.cpu_load, status.mem_used_mb, status.mem_total_mb), (0.5, 100, 1000))
        equal(state.device.ram_free_mb, 900)


@check("it runs the tasks that it is given, and each outcome is acknowledged")
def _():
    with RawWorker(gamma, "good") as worker:
        job_id = submit([echo("a", "good"), echo("b", "good")])
        tasks = worker.wait_for("tasks", 2)
        equal([(t.job_id, t.task_id, t.attempt, t.kind, t.input) for t in tasks][0], (job_id, "a", 1, "ECHO", "a"))
        equal(gamma.devices()["good"].running_tasks, 2)
        worker.serve(2)
        status = finished(job_id)
        equal([(t.state, t.result, t.assigned_device_name) for t in status.tasks], [
            ("DONE", "echo: a", "good"),
            ("DONE", "echo: b", "good"),
        ])
        acknowledged = worker.wait_for("acknowledged", 2)
        equal({(ref.job_id, ref.task_id, ref.attempt) for ref in acknowledged}, {(job_id, "a", 1), (job_id, "b", 1)})


@check("it never gets more tasks than it has granted credits")
def _():
    with RawWorker(gamma, "narrow", credits=2) as worker:
        job_id = submit([echo(f"t{n}", "narrow") for n in range(6)])
        for done in range(6):
            tasks = worker.wait_for("tasks", min(6, done + 2))
            equal(len(worker.all("tasks")), min(6, done + 2))
            worker.finish(tasks[done], output="x")
        equal(finished(job_id).state, "DONE")


@check("a task that fails makes its job FAILED with the reason, what succeeded stays, later groups are cancelled")
def _():
    with RawWorker(gamma, "failing") as worker:
        job_id = submit(
            [echo("good", gamma.device_id), echo("bad", "failing")], [echo("later", "failing")], [echo("last")]
        )
        worker.finish(worker.wait_for("tasks")[0], ok=False, error="out of\nluck")
        status = finished(job_id)
        equal(status.state, "FAILED")
        equal([(t.task_id, t.state) for t in status.tasks], [
            ("good", "DONE"),
            ("bad", "FAILED"),
            ("later", "CANCELLED"),
            ("last", "CANCELLED"),
        ])
        equal(status.tasks[0].result, "echo: good")
        assert "out of" in status.tasks[1].error, status.tasks[1]
        equal(status.tasks[2].error, "an earlier group failed")
        assert "bad" in status.final_result.split("\n")[0] and "echo: good" in status.final_result, status.final_result
        listed = gamma.ListJobs(mesh_pb2.ListJobsRequest(state="FAILED")).jobs[0]
        equal((listed.job_id, listed.tasks_total, listed.tasks_done, listed.tasks_failed), (job_id, 4, 1, 1))
        equal(len(worker.all("tasks")), 1)


@check("commands go down its stream, and come back with its exit code")
def _():
    with RawWorker(gamma, "good") as worker:
        call = run_on("good", "anything", "a b", "$c")
        (order,) = worker.wait_for("commands")
        equal((order.command, list(order.args)), ("anything", ["a b", "$c"]))
        assert 0 < order.timeout_ms <= 21_000, order.timeout_ms
        response = pb.CommandResponse(exit_code=3, stdout="out", stderr="err")
        worker.send(command_outcomes=[mesh_pb2.CommandOutcome(order_id=order.order_id, response=response)])
        equal((call.result().output, call.result().selected_device_name), (response, "good"))


@check("its own refusal of a command reaches the caller on one line, and codes that it must not use do not")
def _():
    orders = 0
    with RawWorker(gamma, "rude") as worker:
        for given, seen in [
            ("PERMISSION_DENIED", "PERMISSION_DENIED"),
            ("UNAUTHENTICATED", "INTERNAL"),
            ("OK", "INTERNAL"),
            ("constructor", "INTERNAL"),
            ("", "INTERNAL"),
        ]:
            call = run_on("rude")
            order = worker.wait_for("commands", orders := orders + 1)[-1]
            worker.send(
                command_outcomes=[
                    mesh_pb2.CommandOutcome(
                        order_id=order.order_id, error_code=given, error_message="no\n  way\x1b[2J" + "y" * 50_000
                    )
                ]
            )
            refused(call.result, seen, "no")


@check("a caller that goes away cancels its command on the device")
def _():
    with RawWorker(gamma, "good") as worker:
        call = run_on("good")
        (order,) = worker.wait_for("commands")
        call.cancel()
        equal(worker.wait_for("cancelled_commands"), [order.order_id])


for what, batch, code, said in [
    ("names no device", {"hello": {"instance_id": "x"}}, "FAILED_PRECONDITION", "RegisterDevice"),
    ("begins without an instance", {"hello": {"device_id": "odd"}}, "INVALID_ARGUMENT", "hello.instance_id"),
    (
        "names a device that is not registered",
        {"hello": {"device_id": "nobody", "instance_id": "x"}},
        "FAILED_PRECONDITION",
        "nobody",
    ),
    (
        "names a device by 100,000 characters and line breaks",
        {"hello": {"device_id": "no\n" * 33_000, "instance_id": "x"}},
        "FAILED_PRECONDITION",
        "RegisterDevice",
    ),
    (
        "names the coordinator itself",
        {"hello": {"device_id": gamma.device_id, "instance_id": "x"}},
        "ALREADY_EXISTS",
        gamma.device_id,
    ),
]:

    @check(f"a stream that {what} is refused")
    def _():
        refused(RawWorker(gamma, "odd", **batch).welcome, code, said)


@check("a stream whose first batch has no hello is refused")
def _():
    refused(lambda: gamma.Attach(iter([mesh_pb2.WorkerBatch(credits=5)])), "INVALID_ARGUMENT", "hello")


@check("a second program with the id of a device that is attached is refused, and the first one works on")
def _():
    with RawWorker(gamma, "double") as first:
        hello = {"device_id": "double", "instance_id": "another start"}
        refused(RawWorker(gamma, "double", hello=hello, register=False).welcome, "ALREADY_EXISTS", "double")
        info = pb.DeviceInfo(device_id="double", device_name="other", grpc_addr="127.0.0.1:9")
        refused(lambda: gamma.RegisterDevice(info), "ALREADY_EXISTS", "double")
        job_id = submit([echo("a", "double")])
        first.serve()
        equal(finished(job_id).state, "DONE")


@check("the same program may attach again, and what it was given is given to it again")
def _():
    first = RawWorker(gamma, "again")
    first.welcome()
    job_id = submit([echo("a", "again")])
    first.wait_for("tasks")
    with RawWorker(gamma, "again", register=False) as second:
        assert first.ended.wait(20), "the old stream stays open"
        equal(second.wait_for("tasks")[0].attempt, 2)
        second.serve()
        equal(finished(job_id).tasks[0].result, "echo: a")


@check("outcomes for tasks that nobody knows are dropped and acknowledged, and the device stays")
def _():
    with RawWorker(gamma, "liar") as liar:
        made_up = [
            ("6a9b4b0e-0000-4000-8000-000000000000", "a", 1),
            ("", "", 0),
            ("__proto__", "constructor", -1),
            ("x" * 10_000, "y", 2**31 - 1),
        ]
        for job_id, task_id, attempt in made_up:
            liar.send(outcomes=[mesh_pb2.TaskOutcome(job_id=job_id, task_id=task_id, attempt=attempt, ok=True)])
        liar.wait_for("acknowledged", len(made_up))
        equal(online("liar"), True)


@check("an outcome for another device's task does not count")
def _():
    with RawWorker(gamma, "honest") as honest, RawWorker(gamma, "liar") as liar:
        job_id = submit([echo("a", "honest")])
        (task,) = honest.wait_for("tasks")
        liar.finish(task, output="a lie")
        liar.wait_for("acknowledged")
        equal([(t.state, t.result) for t in job(job_id).tasks], [("RUNNING", "")])
        honest.serve()
        equal(finished(job_id).tasks[0].result, "echo: a")


@check("an outcome of another attempt does not count, and of two outcomes only the first one")
def _():
    with RawWorker(gamma, "liar") as liar:
        job_id = submit([echo("a", "liar"), echo("b", "liar")])
        a, b = liar.wait_for("tasks", 2)
        for attempt in [0, 2, -1]:
            liar.finish(a, attempt=attempt, output="a lie")
        liar.finish(a, output="first")
        liar.finish(a, output="second")
        liar.finish(a, ok=False, error="third")
        liar.wait_for("acknowledged", 6)
        liar.finish(b, output="b")
        status = finished(job_id)
        equal([(t.state, t.result) for t in status.tasks], [("DONE", "first"), ("DONE", "b")])


@check("an outcome after its job has ended changes nothing")
def _():
    with RawWorker(gamma, "liar") as liar:
        job_id = submit([echo("a", "liar")])
        (task,) = liar.wait_for("tasks")
        liar.finish(task, output="first")
        before = finished(job_id)
        liar.finish(task, ok=False, error="late")
        liar.wait_for("acknowledged", 2)
        equal(job(job_id), before)


@check("results for commands that it was not given are dropped")
def _():
    with RawWorker(gamma, "honest") as honest, RawWorker(gamma, "liar") as liar:
        call = run_on("honest")
        (order,) = honest.wait_for("commands")
        lie = mesh_pb2.CommandOutcome(order_id=order.order_id, response=pb.CommandResponse(stdout="a lie"))
        for outcome in [lie, mesh_pb2.CommandOutcome(order_id="unknown"), mesh_pb2.CommandOutcome()]:
            liar.send(command_outcomes=[outcome])
        # What the liar sends after its lies shows that they were read.
        liar.send(sample={"cpu_load": 0.125})
        eventually(lambda: gamma.devices()["liar"].status.cpu_load == 0.125, "the sample")
        assert not call.done(), "the lie was believed"
        truth = pb.CommandResponse(stdout="the truth")
        honest.send(command_outcomes=[mesh_pb2.CommandOutcome(order_id=order.order_id, response=truth)])
        equal(call.result().output.stdout, "the truth")


@check("credits that nobody can have are not believed")
def _():
    with RawWorker(gamma, "boaster", credits=2**31 - 1) as boaster:
        for credits in [2**31 - 1, -(2**31), -1]:
            boaster.send(credits=credits)
        job_id = submit([echo(f"t{n}", "boaster") for n in range(5000)])
        tasks = boaster.wait_for("tasks", 4096)
        assert len(boaster.all("tasks")) <= 4096, len(boaster.all("tasks"))
        boaster.send(outcomes=[outcome_of(task) for task in tasks], credits=4096)
        rest = boaster.wait_for("tasks", 5000)[4096:]
        boaster.send(outcomes=[outcome_of(task) for task in rest], credits=904)
        equal(finished(job_id).state, "DONE")


@check("samples that make no sense are not shown")
def _():
    with RawWorker(gamma, "dreamer") as dreamer:
        for load, shown in [(math.nan, -1), (-5, -1), (math.inf, 1), (17, 1), (0.25, 0.25)]:
            dreamer.send(sample={"cpu_load": load, "mem_total_mb": 2**64 - 1})
            eventually(lambda: gamma.devices()["dreamer"].status.cpu_load == shown, f"a load of {load} as {shown}")


@check("a second hello, and fields that mean nothing there, do no harm")
def _():
    with RawWorker(gamma, "good") as worker:
        worker.send(hello={"device_id": gamma.device_id, "instance_id": "x"})
        worker.send()
        worker.send(outcomes=[mesh_pb2.TaskOutcome()] * 1000)
        worker.wait_for("acknowledged", 1000)
        equal((online("good"), online(gamma.device_id)), (True, True))


@check("a device that leaves on purpose gets no new work, and its running work ends first")
def _():
    with RawWorker(gamma, "leaver") as worker:
        job_id = submit([echo("a", "leaver")])
        worker.wait_for("tasks")
        worker.send(leaving=True, sample={"cpu_load": 0.125})
        eventually(lambda: gamma.devices()["leaver"].status.cpu_load == 0.125, "what it said to be read")
        refused(run_on("leaver").result, "UNAVAILABLE", "leaving")
        worker.serve()
        equal(finished(job_id).tasks[0].result, "echo: a")
        assert worker.ended.wait(20) and worker.error is None, worker.error
        equal(online("leaver"), False)


@check("a device that ends its stream is offline at once")
def _():
    worker = RawWorker(gamma, "ender")
    worker.welcome()
    worker.end()
    eventually(lambda: not online("ender"), "it to be offline", 2)


@check("a device that is lost in the middle of a command answers UNAVAILABLE, with what can be known")
def _():
    worker = RawWorker(gamma, "lost")
    worker.welcome()
    call = run_on("lost")
    worker.wait_for("commands")
    worker.cut()
    refused(call.result, "UNAVAILABLE", "may or may not have run")
    eventually(lambda: not online("lost"), "it to be offline", 2)


@check("a lost device's tasks move to another one")
def _():
    worker = RawWorker(gamma, "lost")
    worker.welcome()
    job_id = submit([echo(f"t{n}") for n in range(20)])
    worker.wait_for("tasks")
    worker.cut()
    status = finished(job_id)
    equal((status.state, {t.assigned_device_name for t in status.tasks}), ("DONE", {"gamma"}))
    equal([t.result for t in status.tasks], [f"echo: t{n}" for n in range(20)])


@check("a task whose devices are lost three times fails, and says so")
def _():
    job_id = None
    for attempt in [1, 2, 3]:
        worker = RawWorker(gamma, "cursed")
        worker.welcome()
        job_id = job_id or submit([echo("a", "cursed")])
        equal(worker.wait_for("tasks")[0].attempt, attempt)
        worker.cut()
    status = finished(job_id)
    equal((status.state, status.tasks[0].state), ("FAILED", "FAILED"))
    assert "3 attempts" in status.tasks[0].error, status.tasks[0].error
    plain(status.tasks[0].error)


@check("a device that falls silent is offline within 6 s, and its tasks move to another one")
def _():
    worker = RawWorker(gamma, "silent", samples=False)
    worker.welcome()
    began = time.monotonic()
    job_id = submit([echo(f"t{n}") for n in range(4)])
    worker.wait_for("tasks")
    status = finished(job_id)
    near(time.monotonic() - began, 5, 1.2)
    equal((status.state, {t.assigned_device_name for t in status.tasks}), ("DONE", {"gamma"}))
    equal(online("silent"), False)
    worker.cut()
