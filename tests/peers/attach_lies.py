"""MeshService.Attach: streams that do not begin as they must, and devices that lie."""

import math

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import Agent, echo
from raw_worker import RawWorker
from report import check, equal, eventually, refused

gamma = Agent("gamma").open()


def outcome_of(task):
    return mesh_pb2.TaskOutcome(job_id=task.job_id, task_id=task.task_id, attempt=task.attempt, ok=True)


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
        job_id = gamma.submit([echo("a", "double")])
        first.serve()
        equal(gamma.finished(job_id).state, "DONE")


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
        equal(gamma.online("liar"), True)


@check("an outcome for another device's task does not count")
def _():
    with RawWorker(gamma, "honest") as honest, RawWorker(gamma, "liar") as liar:
        job_id = gamma.submit([echo("a", "honest")])
        (task,) = honest.wait_for("tasks")
        liar.finish(task, output="a lie")
        liar.wait_for("acknowledged")
        equal([(t.state, t.result) for t in gamma.job(job_id).tasks], [("RUNNING", "")])
        honest.serve()
        equal(gamma.finished(job_id).tasks[0].result, "echo: a")


@check("an outcome of another attempt does not count, and of two outcomes only the first one")
def _():
    with RawWorker(gamma, "liar") as liar:
        job_id = gamma.submit([echo("a", "liar"), echo("b", "liar")])
        a, b = liar.wait_for("tasks", 2)
        for attempt in [0, 2, -1]:
            liar.finish(a, attempt=attempt, output="a lie")
        liar.finish(a, output="first")
        liar.finish(a, output="second")
        liar.finish(a, ok=False, error="third")
        liar.wait_for("acknowledged", 6)
        liar.finish(b, output="b")
        status = gamma.finished(job_id)
        equal([(t.state, t.result) for t in status.tasks], [("DONE", "first"), ("DONE", "b")])


@check("an outcome after its job has ended changes nothing")
def _():
    with RawWorker(gamma, "liar") as liar:
        job_id = gamma.submit([echo("a", "liar")])
        (task,) = liar.wait_for("tasks")
        liar.finish(task, output="first")
        before = gamma.finished(job_id)
        liar.finish(task, ok=False, error="late")
        liar.wait_for("acknowledged", 2)
        equal(gamma.job(job_id), before)


@check("results for commands that it was not given are dropped")
def _():
    with RawWorker(gamma, "honest") as honest, RawWorker(gamma, "liar") as liar:
        call = gamma.begin_on("honest", "pwd")
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
        job_id = gamma.submit([echo(f"t{n}", "boaster") for n in range(1500)])
        tasks = boaster.wait_for("tasks", 1024)
        equal(len(boaster.all("tasks")), 1024)
        boaster.send(outcomes=[outcome_of(task) for task in tasks], credits=1024)
        rest = boaster.wait_for("tasks", 1500)[1024:]
        boaster.send(outcomes=[outcome_of(task) for task in rest], credits=476)
        equal(gamma.finished(job_id).state, "DONE")


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
        equal((gamma.online("good"), gamma.online(gamma.device_id)), (True, True))
