"""A device of an older kind: it only registers, and is called at its address by the specification's unary methods."""

import threading
from concurrent import futures

import grpc

import orchestrator_pb2 as pb
import orchestrator_pb2_grpc
from mesh import KEY
from report import PATIENCE_S


class Service(orchestrator_pb2_grpc.OrchestratorServiceServicer):
    """The four methods that it has. Everything else is UNIMPLEMENTED."""

    def __init__(self, device_id):
        self.device_id = device_id
        self.sessions = 0
        self.health_checks = 0
        self.sessions_end = False
        self.names = set()
        self.commands = []
        self.tasks = []
        self.hold = threading.Event()
        self.hold.set()
        self.gone = threading.Event()

    def CreateSession(self, request, context):
        if request.security_key != KEY:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "wrong key")
        self.sessions += 1
        self.names.add(request.device_name)
        return pb.SessionInfo(session_id=f"session {self.sessions}", host_name="older", connected_at=1)

    def HealthCheck(self, request, context):
        self.health_checks += 1
        return pb.HealthStatus(device_id=self.device_id, server_time=1, message="ok")

    def ExecuteCommand(self, request, context):
        self.require(request.session_id == f"session {self.sessions}", context)
        self.commands.append((request.command, list(request.args)))
        self.wait(context)
        if request.command == "forbidden":
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "not\n  on this device")
        return pb.CommandResponse(exit_code=7, stdout=" ".join(request.args), stderr="older")

    def RunTask(self, request, context):
        sent = dict(context.invocation_metadata()).get("authorization")
        self.require(sent == f"Bearer session {self.sessions}", context)
        self.tasks.append(request.task_id)
        self.wait(context)
        if request.kind != "ECHO" or request.input == "fail":
            return pb.TaskResult(task_id=request.task_id, ok=False, error="the older device cannot")
        return pb.TaskResult(task_id=request.task_id, ok=True, output=f"echo: {request.input}", time_ms=1)

    def require(self, live, context):
        if self.sessions_end:
            self.sessions_end = False
            self.sessions += 1
            live = False
        if not live:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "unknown session")

    def wait(self, context):
        context.add_callback(self.gone.set)
        self.hold.wait(PATIENCE_S)


class UnaryWorker:
    """Registers at an agent and serves. `stop` ends it as a crash does; `start` brings it back at the same address."""

    def __init__(self, agent, device_id, **info):
        self.service = Service(device_id)
        self.port = 0
        self.start()
        self.info = pb.DeviceInfo(
            device_id=device_id,
            device_name=device_id,
            platform="linux",
            arch="amd64",
            has_cpu=True,
            grpc_addr=f"127.0.0.1:{self.port}",
            **info,
        )
        agent.RegisterDevice(self.info)

    def start(self):
        self.server = grpc.server(futures.ThreadPoolExecutor(32), options=[("grpc.so_reuseport", 0)])
        orchestrator_pb2_grpc.add_OrchestratorServiceServicer_to_server(self.service, self.server)
        self.port = self.server.add_insecure_port(f"127.0.0.1:{self.port}")
        self.server.start()

    def stop(self):
        self.service.hold.set()
        self.server.stop(0).wait(PATIENCE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
