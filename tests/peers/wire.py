"""What does not fit the contract: broken bytes, too large messages, unknown methods and fields, many calls at once."""

import random

import grpc

import orchestrator_pb2 as pb
from mesh import MESH, ORCHESTRATOR, Agent, plan
from report import PATIENCE_S, check, equal, plain, refused

alpha = Agent("alpha").open()
UNARY = [m for m in [*ORCHESTRATOR.methods, *MESH.methods] if m.name != "Attach"]
AS_THEY_ARE = {"request_serializer": lambda given: given, "response_deserializer": lambda given: given}

# What a caller may be told about any message that it sends. INTERNAL is how grpc says that a message cannot be read.
ORDINARY = {
    "OK",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "PERMISSION_DENIED",
    "FAILED_PRECONDITION",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNIMPLEMENTED",
    "ALREADY_EXISTS",
    "UNAVAILABLE",
    "INTERNAL",
}


def raw(method, message, timeout=PATIENCE_S):
    path = f"/{method.containing_service.full_name}/{method.name}"
    return alpha.channel.unary_unary(path, **AS_THEY_ARE)(message, timeout=timeout, metadata=alpha.metadata())


def answered(method, message):
    """Sends bytes, and answers the code. Whatever they are, it is an ordinary one and says nothing of the inside."""
    try:
        raw(method, message)
        return "OK"
    except grpc.RpcError as error:
        assert error.code().name in ORDINARY, f"{method.name} {message[:60]!r}: {error.code().name} {error.details()}"
        plain(error.details())
        return error.code().name


def alive():
    equal(alpha.HealthCheck(pb.Empty(), timeout=5).message, "ok")


BROKEN = {
    "a field that ends in the middle": b"\x0a\x7fabc",
    "a number without an end": b"\x08" + b"\xff" * 11,
    "a tag without a value": b"\x0a",
    "a group that never ends": b"\x0b" * 50,
    "a field with number 0": b"\x00\x00",
    "a wire type that does not exist": b"\x0f\x01",
}

for what, message in BROKEN.items():

    @check(f"a message with {what} is refused by every method, without a stack trace")
    def _():
        for method in UNARY:
            code = answered(method, message)
            assert code in {"INTERNAL", "INVALID_ARGUMENT"}, f"{method.name} answered {code}"
        alive()


@check("a message that is cut off anywhere is refused, and half a plan never runs")
def _():
    by_name = {method.name: method for method in UNARY}
    request = pb.JobRequest(plan=plan([{"task_id": "a", "kind": "ECHO", "input": "a long enough text"}] * 2))
    for name, message in [
        ("SubmitJob", request.SerializeToString()),
        ("RunTask", pb.TaskRequest(input="a long enough text").SerializeToString()),
        ("ExecuteCommand", pb.CommandRequest(command="a long enough text").SerializeToString()),
    ]:
        for length in range(1, len(message)):
            equal((name, length, answered(by_name[name], message[:length])), (name, length, "INTERNAL"))


@check("an empty message is answered by every method as one without any field")
def _():
    for method in UNARY:
        if method.name in {
            "HealthCheck", "ListDevices", "ListDeviceStates", "ListJobs", "ListModels", "CostReport", "ListFiles",
        }:
            equal((method.name, answered(method, b"")), (method.name, "OK"))
        elif method.name != "Heartbeat":
            assert answered(method, b"") not in {"OK", "INTERNAL"}, method.name


@check("2,000 messages of random bytes do no harm")
def _():
    dice = random.Random(20261105)
    for _ in range(2000):
        method = dice.choice(UNARY)
        answered(method, dice.randbytes(dice.choice([1, 3, 10, 40, 200])))
    alive()


@check("good messages with one byte changed do no harm")
def _():
    dice = random.Random(20261106)
    good = [
        ("SubmitJob", pb.JobRequest(text="x", plan=plan([{"task_id": "a", "kind": "ECHO", "input": "x"}]))),
        ("ExecuteRoutedCommand", pb.RoutedCommandRequest(policy=pb.RoutingPolicy(mode=1), command="pwd", args=["a"])),
        ("PreviewPlanCost", pb.PlanCostRequest(plan=plan([{"kind": "LLM_GENERATE", "prompt_tokens": 9}]))),
        ("RunTask", pb.TaskRequest(task_id="a", kind="ECHO", input="abc")),
    ]
    by_name = {method.name: method for method in UNARY}
    for name, message in good * 100:
        changed = bytearray(message.SerializeToString())
        changed[dice.randrange(len(changed))] = dice.randrange(256)
        answered(by_name[name], bytes(changed))
    alive()


# Three bytes that are no UTF-8: half of a surrogate pair.
HALF = b"\xed\xa0\x80"


@check("text that is no UTF-8 never comes back as such: every answer can be read")
def _():
    by_name = {method.name: method for method in UNARY}

    def field(number, value):
        return bytes([number << 3 | 2, len(value)]) + value

    task = field(1, HALF) + field(2, b"ECHO") + field(3, HALF)
    for name, message, answer in [
        ("RunTask", task[:5] + field(3, b"ECHO") + field(4, HALF), pb.TaskResult),
        ("CreateSession", field(1, HALF) + field(2, b"a key for tests"), pb.SessionInfo),
        ("GetJob", field(1, HALF), pb.JobStatus),
        ("GetDeviceStatus", field(1, HALF), pb.DeviceStatus),
        ("RegisterDevice", field(1, HALF), pb.DeviceAck),
        ("ExecuteCommand", field(2, b"cat") + field(3, HALF), pb.CommandResponse),
        ("ExecuteCommand", field(2, HALF), pb.CommandResponse),
        ("PreviewPlan", field(2, HALF), pb.PlanPreviewResponse),
        ("PreviewPlanCost", field(2, field(1, field(2, task))), pb.PlanCostResponse),
        ("SubmitJob", field(4, field(1, field(2, task))), pb.JobInfo),
        ("SubmitJob", field(2, b"x") + field(5, field(1, HALF)), pb.JobInfo),
        ("ExecuteRoutedCommand", field(2, b"\x08\x03" + field(2, HALF)) + field(3, b"pwd"), pb.RoutedCommandResponse),
    ]:
        try:
            response = answer.FromString(raw(by_name[name], message))
            if name == "SubmitJob":
                pb.JobStatus.FromString(raw(by_name["GetJob"], pb.JobId(job_id=response.job_id).SerializeToString()))
        except grpc.RpcError as error:
            assert error.code().name in ORDINARY - {"INTERNAL"}, f"{name}: {error.code().name} {error.details()}"
            plain(error.details())
        except Exception as error:
            raise AssertionError(f"{name}: {error}") from error
    alive()


@check("a message over 32 MiB is RESOURCE_EXHAUSTED")
def _():
    request = pb.TaskRequest(task_id="t", kind="ECHO", input="x" * (33 * 2**20))
    refused(lambda: alpha.RunTask(request), "RESOURCE_EXHAUSTED")
    alive()


@check("a message of 20 MiB is taken")
def _():
    text = "x" * (20 * 2**20)
    equal(len(alpha.RunTask(pb.TaskRequest(task_id="t", kind="ECHO", input=text)).output), len(text) + len("echo: "))


@check("a field that the specification does not have is ignored")
def _():
    by_name = {method.name: method for method in UNARY}
    message = pb.DeviceId(device_id=alpha.device_id).SerializeToString() + b"\xfa\x3f\x03abc"
    equal(pb.DeviceStatus.FromString(raw(by_name["GetDeviceStatus"], message)).device_id, alpha.device_id)


@check("a method or a service that does not exist is UNIMPLEMENTED")
def _():
    for path in ["/edgemesh.OrchestratorService/Fly", "/edgemesh.Other/GetJob", "/"]:
        call = alpha.channel.unary_unary(path, **AS_THEY_ARE)
        refused(lambda: call(b"", timeout=PATIENCE_S, metadata=alpha.metadata()), "UNIMPLEMENTED")


@check("a unary method that is called as a stream of several messages does no harm")
def _():
    call = alpha.channel.stream_unary("/edgemesh.OrchestratorService/GetJob", **AS_THEY_ARE)
    try:
        call(iter([b"\x0a\x01a"] * 5), timeout=PATIENCE_S, metadata=alpha.metadata())
        raise AssertionError("it was answered")
    except grpc.RpcError as error:
        assert error.code().name in ORDINARY, f"{error.code().name}: {error.details()}"
    alive()


@check("metadata that nobody asked for does no harm")
def _():
    for metadata in [[("x-anything", "y" * 4000)], [("x-bytes-bin", bytes(range(256)))], [("te", "x")]]:
        alpha.ListDevices(pb.ListDevicesRequest(), metadata=metadata)


@check("500 calls at once are all answered")
def _():
    calls = [
        alpha.orchestrator.RunTask.future(
            pb.TaskRequest(task_id=str(n), kind="ECHO", input=str(n)), timeout=PATIENCE_S, metadata=alpha.metadata()
        )
        for n in range(500)
    ]
    equal([call.result().output for call in calls], [f"echo: {n}" for n in range(500)])
