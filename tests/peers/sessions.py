"""Who may call: keys, sessions, and what each method asks for."""

import time

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import KEY, MESH, ORCHESTRATOR, Agent, request_type
from report import check, equal, matches, near, refused

alpha = Agent("alpha")
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
BEFORE_A_SESSION = {"HealthCheck", "CreateSession"}


@check("HealthCheck answers anybody")
def _():
    health = alpha.HealthCheck(pb.Empty())
    equal((health.device_id, health.message), (alpha.device_id, "ok"))
    near(health.server_time, time.time(), 5)


for key, said in [
    ("not the key", "wrong mesh key"),
    (KEY + " ", "wrong mesh key"),
    (KEY[:-1], "wrong mesh key"),
    ("", "security_key"),
]:

    @check(f"the key {key!r} opens no session")
    def _():
        refused(lambda: alpha.CreateSession(pb.AuthRequest(security_key=key)), "UNAUTHENTICATED", said)


@check("the mesh key opens a session")
def _():
    info = alpha.CreateSession(pb.AuthRequest(device_name="python", security_key=KEY))
    matches(info.session_id, UUID)
    equal(info.host_name, "alpha")
    near(info.connected_at, time.time(), 5)


@check("every session is another one")
def _():
    opened = {alpha.CreateSession(pb.AuthRequest(security_key=KEY)).session_id for _ in range(20)}
    equal(len(opened), 20)


@check("a client may call itself anything")
def _():
    for name in ["", "x" * 100_000, "\x1b[2J\n\0", "ü🦀"]:
        matches(alpha.CreateSession(pb.AuthRequest(device_name=name, security_key=KEY)).session_id, UUID)


for method in [*ORCHESTRATOR.methods, *MESH.methods]:
    if method.name in BEFORE_A_SESSION:
        continue

    def called(message, metadata=()):
        # Attach takes a stream of messages.
        return getattr(alpha, method.name)(iter([message]) if method.name == "Attach" else message, metadata=metadata)

    @check(f"{method.name} needs a session")
    def _():
        refused(lambda: called(request_type(method)()), "UNAUTHENTICATED", "CreateSession")

    @check(f"{method.name} refuses an unknown session")
    def _():
        metadata = [("authorization", "Bearer 6a9b4b0e-0000-4000-8000-000000000000")]
        refused(lambda: called(request_type(method)(), metadata), "UNAUTHENTICATED", "unknown or ended session")


session = alpha.CreateSession(pb.AuthRequest(security_key=KEY)).session_id


@check("Heartbeat takes a live session")
def _():
    equal(alpha.Heartbeat(pb.SessionInfo(session_id=session)), pb.Empty())


@check("a session in the message is enough")
def _():
    equal(alpha.ExecuteCommand(pb.CommandRequest(session_id=session, command="pwd")).exit_code, 0)


for scheme in ["Bearer", "bearer"]:

    @check(f'a session in the metadata "authorization: {scheme}" is enough')
    def _():
        metadata = [("authorization", f"{scheme} {session}")]
        equal(alpha.ExecuteCommand(pb.CommandRequest(command="pwd"), metadata=metadata).exit_code, 0)
        alpha.ListDevices(pb.ListDevicesRequest(), metadata=metadata)
        alpha.ListDeviceStates(mesh_pb2.ListDeviceStatesRequest(), metadata=metadata)


@check("a session in any other form of metadata is none")
def _():
    for value in [session, f"Basic {session}", f"Bearer  {session} x", "Bearer", "Bearer "]:
        refused(
            lambda: alpha.ListDevices(pb.ListDevicesRequest(), metadata=[("authorization", value)]), "UNAUTHENTICATED"
        )


@check("an unknown session in the message is refused whatever the metadata says")
def _():
    metadata = [("authorization", f"Bearer {session}")]
    request = pb.CommandRequest(session_id="unknown", command="pwd")
    refused(lambda: alpha.ExecuteCommand(request, metadata=metadata), "UNAUTHENTICATED", "unknown or ended")


alpha.session = session


@check("CreateDownloadTicket makes tickets for files of the shared folder only")
def _():
    refused(lambda: alpha.CreateDownloadTicket(pb.DownloadTicketRequest(path="none.txt")), "NOT_FOUND", "none.txt")
    refused(lambda: alpha.CreateDownloadTicket(pb.DownloadTicketRequest(path="/etc/hosts")), "PERMISSION_DENIED", "hosts")


@check("StartWebRTC says why this device's screen cannot be seen")
def _():
    refused(lambda: alpha.StartWebRTC(pb.WebRTCConfig(session_id=session)), "FAILED_PRECONDITION", "DISPLAY")


@check("a stream that never was is neither completed nor stopped")
def _():
    refused(lambda: alpha.CompleteWebRTC(pb.WebRTCAnswer(stream_id="x", sdp="v=0")), "NOT_FOUND", "x")
    refused(lambda: alpha.StopWebRTC(pb.WebRTCStop(stream_id="x")), "NOT_FOUND", "x")


@check("a screen is nobody's without a session")
def _():
    alpha.session = ""
    for call in [
        lambda: alpha.StartWebRTC(pb.WebRTCConfig()),
        lambda: alpha.CompleteWebRTC(pb.WebRTCAnswer(stream_id="x", sdp="v=0")),
        lambda: alpha.StopWebRTC(pb.WebRTCStop(stream_id="x")),
    ]:
        refused(call, "UNAUTHENTICATED")
    alpha.session = session


@check("RunLLMTask says that there is no local model")
def _():
    refused(lambda: alpha.RunLLMTask(pb.LLMTaskRequest(prompt="hello")), "FAILED_PRECONDITION", "no local model")


# An agent started with --auth open, for clients from before sessions were asked for.
delta = Agent("delta")

for name, request in [
    ("ListDevices", pb.ListDevicesRequest()),
    ("GetDeviceStatus", pb.DeviceId(device_id=delta.device_id)),
    ("RegisterDevice", pb.DeviceInfo(device_id="open-device", device_name="open")),
    ("RunTask", pb.TaskRequest(task_id="t", kind="ECHO", input="x")),
]:

    @check(f"with --auth open {name} needs no session")
    def _():
        getattr(delta, name)(request)


@check("with --auth open GetJob needs no session")
def _():
    refused(lambda: delta.GetJob(pb.JobId(job_id="none")), "NOT_FOUND")


@check("with --auth open a method whose message has a session_id still needs one")
def _():
    for method in ORCHESTRATOR.methods:
        if "session_id" not in method.input_type.fields_by_name:
            continue
        refused(lambda: getattr(delta, method.name)(request_type(method)()), "UNAUTHENTICATED")


@check("with --auth open the mesh service still needs a session")
def _():
    refused(lambda: delta.ListDeviceStates(mesh_pb2.ListDeviceStatesRequest()), "UNAUTHENTICATED")
    refused(lambda: delta.ListJobs(mesh_pb2.ListJobsRequest()), "UNAUTHENTICATED")
    refused(lambda: delta.Attach(iter([mesh_pb2.WorkerBatch()])), "UNAUTHENTICATED")


@check("with --auth open an unknown session is refused, not ignored")
def _():
    metadata = [("authorization", "Bearer unknown")]
    refused(lambda: delta.ListDevices(pb.ListDevicesRequest(), metadata=metadata), "UNAUTHENTICATED")


@check("with --auth open a wrong key still opens no session")
def _():
    refused(lambda: delta.CreateSession(pb.AuthRequest(security_key="wrong")), "UNAUTHENTICATED")
