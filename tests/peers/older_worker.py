"""A device that only registers is used like any other: it is called at its address."""

import orchestrator_pb2 as pb
from mesh import Agent, echo
from report import check, equal, eventually, refused
from unary_worker import UnaryWorker

delta = Agent("delta").open()
older = UnaryWorker(delta, "older", has_gpu=True)


@check("a device that only registers is online, and dialled")
def _():
    state = delta.devices()["older"]
    equal((state.online, state.link, state.device), (True, "dialled", older.info))


@check("a command that is routed to it runs there, in a session of the mesh's key")
def _():
    response = delta.begin_on("older", "anything", "a b", "$c").result()
    equal(response.output, pb.CommandResponse(exit_code=7, stdout="a b $c", stderr="older"))
    equal((response.selected_device_id, response.selected_device_addr), ("older", older.info.grpc_addr))
    equal(response.executed_locally, False)
    equal((older.service.commands, older.service.names), ([("anything", ["a b", "$c"])], {"delta"}))


@check("BEST_AVAILABLE finds its GPU")
def _():
    request = pb.RoutedCommandRequest(command="x")
    equal(delta.ExecuteRoutedCommand(request).selected_device_name, "older")


@check("its own refusal reaches the caller on one line")
def _():
    refused(delta.begin_on("older", "forbidden").result, "PERMISSION_DENIED", "not on this device")


@check("tasks run there, over one session")
def _():
    status = delta.finished(delta.submit([echo(f"t{n}", "older") for n in range(50)]))
    equal((status.state, {task.assigned_device_name for task in status.tasks}), ("DONE", {"older"}))
    equal([task.result for task in status.tasks], [f"echo: t{n}" for n in range(50)])
    equal(older.service.sessions, 1)


@check("a task that fails there fails with the device's reason")
def _():
    status = delta.finished(delta.submit([echo("a", "older", "fail")]))
    equal((status.state, status.tasks[0].error), ("FAILED", "the older device cannot"))


@check("when it has ended the session a new one is opened")
def _():
    older.service.sessions_end = True
    before = older.service.sessions
    equal(delta.begin_on("older", "x").result().output.exit_code, 7)
    equal(older.service.sessions, before + 2)


@check("a caller that goes away cancels its call there")
def _():
    older.service.gone.clear()
    older.service.hold.clear()
    older.service.commands.clear()
    call = delta.begin_on("older", "x")
    eventually(lambda: older.service.commands, "the command to arrive")
    call.cancel()
    assert older.service.gone.wait(5), "the device was not told"
    older.service.hold.set()


@check("registering again does not disturb what it runs")
def _():
    older.service.hold.clear()
    older.service.tasks.clear()
    job_id = delta.submit([echo("a", "older")])
    eventually(lambda: older.service.tasks, "the task to arrive")
    delta.RegisterDevice(older.info)
    older.service.hold.set()
    equal((delta.finished(job_id).state, older.service.tasks), ("DONE", ["a"]))


@check("when it is stopped in the middle of a command the caller hears of it at once")
def _():
    older.service.hold.clear()
    older.service.commands.clear()
    call = delta.begin_on("older", "x")
    eventually(lambda: older.service.commands, "the command to arrive")
    older.server.stop(0)
    refused(call.result, "UNAVAILABLE")
    older.stop()


@check("when it is stopped it is offline within 6 s")
def _():
    eventually(lambda: not delta.online("older"), "it to be offline", 6)
    refused(delta.begin_on("older", "x").result, "UNAVAILABLE", "older")


@check("when it comes back it is used again, without registering anew")
def _():
    older.service.hold.set()
    older.start()
    eventually(lambda: delta.online("older"), "it to be online again", 12)
    equal(delta.begin_on("older", "x").result().output.exit_code, 7)
    equal(delta.finished(delta.submit([echo("a", "older")])).state, "DONE")


@check("tasks that it was running when it was stopped move to another device")
def _():
    older.service.hold.clear()
    older.service.tasks.clear()
    job_id = delta.submit([echo(f"t{n}") for n in range(8)])
    eventually(lambda: older.service.tasks, "a task to arrive")
    older.server.stop(0)
    status = delta.finished(job_id)
    equal((status.state, [task.result for task in status.tasks]), ("DONE", [f"echo: t{n}" for n in range(8)]))
    equal({task.assigned_device_name for task in status.tasks}, {"delta"})
    older.stop()


@check("another device that answers at its address is not taken for it")
def _():
    eventually(lambda: not delta.online("older"), "it to be offline", 6)
    older.service.device_id = "somebody-else"
    older.service.health_checks = 0
    older.start()
    eventually(lambda: older.service.health_checks, "the agent to ask who is there", 12)
    refused(delta.begin_on("older", "x").result, "UNAVAILABLE", "older")


older.stop()


@check("a device whose address nobody answers at is offline within 6 s")
def _():
    delta.RegisterDevice(pb.DeviceInfo(device_id="nowhere", grpc_addr=older.info.grpc_addr))
    eventually(lambda: not delta.online("nowhere"), "it to be offline", 6)
