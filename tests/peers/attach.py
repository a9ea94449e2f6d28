"""MeshService.Attach: a device of another make that does as it should, and one that is lost."""

import time

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import Agent, echo
from raw_worker import RawWorker
from report import check, equal, eventually, near, plain, refused

gamma = Agent("gamma").open()


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
        job_id = gamma.submit([echo("a", "good"), echo("b", "good")])
        tasks = worker.wait_for("tasks", 2)
        equal([(t.job_id, t.task_id, t.attempt, t.kind, t.input) for t in tasks][0], (job_id, "a", 1, "ECHO", "a"))
        equal(gamma.devices()["good"].running_tasks, 2)
        worker.serve(2)
        status = gamma.finished(job_id)
        equal(
            [(t.state, t.result, t.assigned_device_name) for t in status.tasks],
            [
                ("DONE", "echo: a", "good"),
                ("DONE", "echo: b", "good"),
            ],
        )
        acknowledged = worker.wait_for("acknowledged", 2)
        equal({(ref.job_id, ref.task_id, ref.attempt) for ref in acknowledged}, {(job_id, "a", 1), (job_id, "b", 1)})


@check("it never gets more tasks than it has granted credits")
def _():
    with RawWorker(gamma, "narrow", credits=2) as worker:
        job_id = gamma.submit([echo(f"t{n}", "narrow") for n in range(6)])
        for done in range(6):
            tasks = worker.wait_for("tasks", min(6, done + 2))
            equal(len(worker.all("tasks")), min(6, done + 2))
            worker.finish(tasks[done], output="x")
        equal(gamma.finished(job_id).state, "DONE")


@check("a task that fails makes its job FAILED with the reason, what succeeded stays, later groups are cancelled")
def _():
    with RawWorker(gamma, "failing") as worker:
        job_id = gamma.submit(
            [echo("good", gamma.device_id), echo("bad", "failing")], [echo("later", "failing")], [echo("last")]
        )
        worker.finish(worker.wait_for("tasks")[0], ok=False, error="out of\nluck")
        status = gamma.finished(job_id)
        equal(status.state, "FAILED")
        equal(
            [(t.task_id, t.state) for t in status.tasks],
            [
                ("good", "DONE"),
                ("bad", "FAILED"),
                ("later", "CANCELLED"),
                ("last", "CANCELLED"),
            ],
        )
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
        call = gamma.begin_on("good", "anything", "a b", "$c")
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
            call = gamma.begin_on("rude", "pwd")
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
        call = gamma.begin_on("good", "pwd")
        (order,) = worker.wait_for("commands")
        call.cancel()
        equal(worker.wait_for("cancelled_commands"), [order.order_id])


@check("the same program may attach again, and what never reached it is sent to it again as the same attempt")
def _():
    first = RawWorker(gamma, "again")
    first.welcome()
    job_id = gamma.submit([echo("a", "again")])
    first.wait_for("tasks")
    with RawWorker(gamma, "again", register=False) as second:
        assert first.ended.wait(20), "the old stream stays open"
        equal(second.wait_for("tasks")[0].attempt, 1)
        second.serve()
        equal(gamma.finished(job_id).tasks[0].result, "echo: a")


@check("a device that leaves on purpose gets no new work, and its running work ends first")
def _():
    with RawWorker(gamma, "leaver") as worker:
        job_id = gamma.submit([echo("a", "leaver")])
        worker.wait_for("tasks")
        worker.send(leaving=True, sample={"cpu_load": 0.125})
        eventually(lambda: gamma.devices()["leaver"].status.cpu_load == 0.125, "what it said to be read")
        refused(gamma.begin_on("leaver", "pwd").result, "UNAVAILABLE", "leaving")
        worker.serve()
        equal(gamma.finished(job_id).tasks[0].result, "echo: a")
        worker.end()
        equal(worker.error, None)
        eventually(lambda: not gamma.online("leaver"), "it to be offline")


@check("a device that ends its stream is offline at once")
def _():
    worker = RawWorker(gamma, "ender")
    worker.welcome()
    worker.end()
    eventually(lambda: not gamma.online("ender"), "it to be offline", 2)


@check("a device that is lost in the middle of a command answers UNAVAILABLE, with what can be known")
def _():
    worker = RawWorker(gamma, "lost")
    worker.welcome()
    call = gamma.begin_on("lost", "pwd")
    worker.wait_for("commands")
    worker.cut()
    refused(call.result, "UNAVAILABLE", "may or may not have run")
    eventually(lambda: not gamma.online("lost"), "it to be offline", 2)


def viewer_asks(worker, reply):
    """Asks for the screen, and lets the device reply to the order. Answers the order and the reply as it reaches the viewer."""
    config = mesh_pb2.ScreenConfig(target_fps=15, monitor_index=1)
    request = mesh_pb2.StartScreenRequest(device_id=worker.device_id, config=config)
    start = gamma.mesh.StartScreen.future(request, metadata=gamma.metadata(), timeout=30)
    order = worker.wait_for("screen_orders")[0]
    worker.send(screen_replies=[mesh_pb2.ScreenReply(order_id=order.order_id, **reply)])
    return order, start.result


@check("a device that speaks of its screen is asked for it, and its offer, its streams and their end reach the viewer")
def _():
    with RawWorker(gamma, "shown", screens=mesh_pb2.ScreenReport()) as worker:
        order, offered = viewer_asks(worker, {"offer": pb.WebRTCOffer(stream_id="s1", sdp="v=0 offer")})
        equal((order.start.config.target_fps, order.start.config.monitor_index, order.start.video), (15, 1, ""))
        equal((order.start.client_name, order.start.peer.count(":") > 0), ("python", True))
        offer = offered()
        equal((offer.stream_id, offer.sdp, offer.device_name), ("s1", "v=0 offer", "shown"))
        stream = mesh_pb2.ScreenStream(stream_id="s1", client_name="peer", started_at=1700000000)
        worker.send(screens=mesh_pb2.ScreenReport(streams=[stream]))
        eventually(lambda: list(gamma.devices()["shown"].screen_streams) == [stream], "the stream to be shown")
        answer = mesh_pb2.ScreenAnswer(stream_id="s1", sdp="v=0 answer")
        answered = gamma.mesh.AnswerScreen.future(answer, metadata=gamma.metadata(), timeout=30)
        order = worker.wait_for("screen_orders", 2)[1]
        equal(order.answer, answer)
        worker.send(screen_replies=[mesh_pb2.ScreenReply(order_id=order.order_id)])
        answered.result()
        worker.send(screens=mesh_pb2.ScreenReport(unavailable="no display"))
        eventually(lambda: gamma.devices()["shown"].screen_unavailable == "no display", "the reason")
        stop = lambda: gamma.mesh.StopScreen(mesh_pb2.ScreenStop(stream_id="s1"), metadata=gamma.metadata(), timeout=30)
        refused(stop, "NOT_FOUND", "s1")


@check("its refusal reaches the viewer")
def _():
    with RawWorker(gamma, "shy", screens=mesh_pb2.ScreenReport()) as worker:
        failure = {"error_code": "PERMISSION_DENIED", "error_message": "the user of this device refused"}
        _order, offered = viewer_asks(worker, failure)
        refused(offered, "PERMISSION_DENIED", "the user of this device refused")


@check("a device that says nothing of its screen is not asked: its program is too old")
def _():
    with RawWorker(gamma, "old") as worker:
        request = mesh_pb2.StartScreenRequest(device_id="old")
        call = lambda: gamma.mesh.StartScreen(request, metadata=gamma.metadata(), timeout=30)
        refused(call, "UNIMPLEMENTED", "too old")
        equal(worker.all("screen_orders"), [])


@check("a lost device's tasks move to another one")
def _():
    worker = RawWorker(gamma, "lost")
    worker.welcome()
    job_id = gamma.submit([echo(f"t{n}") for n in range(20)])
    worker.wait_for("tasks")
    worker.cut()
    status = gamma.finished(job_id)
    equal((status.state, {t.assigned_device_name for t in status.tasks}), ("DONE", {"gamma"}))
    equal([t.result for t in status.tasks], [f"echo: t{n}" for n in range(20)])


@check("a task whose devices are lost three times fails, and says so")
def _():
    job_id = None
    for attempt in [1, 2, 3]:
        worker = RawWorker(gamma, "cursed", start=f"start {attempt}")
        worker.welcome()
        job_id = job_id or gamma.submit([echo("a", "cursed")])
        equal(worker.wait_for("tasks")[0].attempt, attempt)
        worker.end()
        eventually(lambda: not gamma.online("cursed"), "it to be offline")
    status = gamma.finished(job_id)
    equal((status.state, status.tasks[0].state), ("FAILED", "FAILED"))
    assert "3 attempts" in status.tasks[0].error, status.tasks[0].error
    plain(status.tasks[0].error)


@check("a device that falls silent is offline within 6 s, and its tasks move to another one")
def _():
    worker = RawWorker(gamma, "silent", samples=False)
    worker.welcome()
    began = time.monotonic()
    job_id = gamma.submit([echo(f"t{n}") for n in range(4)])
    worker.wait_for("tasks")
    status = gamma.finished(job_id)
    near(time.monotonic() - began, 5, 1.2)
    equal((status.state, {t.assigned_device_name for t in status.tasks}), ("DONE", {"gamma"}))
    equal(gamma.online("silent"), False)
    worker.cut()
