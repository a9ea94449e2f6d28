"""The agents under test, as a client of the specification's proto sees them."""

import json
import sys

import grpc

import mesh_pb2
import mesh_pb2_grpc
import orchestrator_pb2 as pb
import orchestrator_pb2_grpc
from report import PATIENCE_S, eventually

# What the test that runs this script tells it: agents by name, the mesh key, the shared folder.
CONFIG = json.loads(sys.argv[1])
KEY = CONFIG["key"]

ORCHESTRATOR = pb.DESCRIPTOR.services_by_name["OrchestratorService"]
MESH = mesh_pb2.DESCRIPTOR.services_by_name["MeshService"]


class Agent:
    """One agent. Its methods are the services' own; each call has a deadline and, once there is one, the session."""

    def __init__(self, name):
        self.address = CONFIG["agents"][name]["grpc"]
        self.device_id = CONFIG["agents"][name]["device"]
        self.channel = grpc.insecure_channel(
            self.address, [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
        )
        self.orchestrator = orchestrator_pb2_grpc.OrchestratorServiceStub(self.channel)
        self.mesh = mesh_pb2_grpc.MeshServiceStub(self.channel)
        self.session = ""

    def open(self, key=KEY, name="python"):
        request = pb.AuthRequest(device_name=name, security_key=key)
        self.session = eventually(lambda: self.session_for(request), f"a session with {self.address}").session_id
        return self

    def session_for(self, request):
        """A session, or nothing while the agent makes this address wait for the wrong keys of another script."""
        try:
            return self.CreateSession(request)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise

    def stub(self, method):
        return getattr(self.orchestrator, method, None) or getattr(self.mesh, method)

    def metadata(self, more=()):
        return ([("authorization", f"Bearer {self.session}")] if self.session else []) + list(more)

    def __getattr__(self, method):
        stub = self.stub(method)
        return lambda message, timeout=PATIENCE_S, metadata=(): stub(
            message, timeout=timeout, metadata=self.metadata(metadata)
        )

    def devices(self):
        """What the agent knows of each device, by id."""
        states = self.ListDeviceStates(mesh_pb2.ListDeviceStatesRequest()).devices
        return {state.device.device_id: state for state in states}

    def online(self, device_id):
        state = self.devices().get(device_id)
        return state is not None and state.online

    def begin_on(self, device_id, command, *args, timeout=PATIENCE_S):
        """A routed command under way on this device."""
        policy = pb.RoutingPolicy(mode="FORCE_DEVICE_ID", device_id=device_id)
        request = pb.RoutedCommandRequest(policy=policy, command=command, args=args)
        return self.orchestrator.ExecuteRoutedCommand.future(request, metadata=self.metadata(), timeout=timeout)

    def submit(self, *groups, **fields):
        """The id of a new job of groups, each a list of tasks."""
        return self.SubmitJob(pb.JobRequest(plan=plan(*groups), **fields)).job_id

    def start(self, *groups, reduce="", **fields):
        """The same by StartJob, whose own fields are `fields`."""
        job = pb.JobRequest(plan=plan(*groups), reduce=pb.ReduceSpec(kind=reduce))
        return self.StartJob(mesh_pb2.StartJobRequest(job=job, **fields)).job_id

    def watch(self, job_id, **fields):
        """What is told of a job, message by message."""
        return self.WatchJob(mesh_pb2.WatchJobRequest(job_id=job_id, **fields))

    def cancel(self, job_id):
        return self.CancelJob(pb.JobId(job_id=job_id))

    def delete(self, job_id):
        return self.DeleteJob(pb.JobId(job_id=job_id))

    def pages(self, method, request):
        """All answers of a method that answers page by page."""
        answers = []
        while not answers or request.page_token:
            assert len(answers) < 1000, "the pages do not end"
            answers.append(getattr(self, method)(request))
            request.page_token = answers[-1].next_page_token
        return answers

    def tasks(self, job_id, **fields):
        """The tasks of a job, of all pages."""
        request = mesh_pb2.ListTasksRequest(job_id=job_id, **fields)
        return [task for page in self.pages("ListTasks", request) for task in page.tasks]

    def job(self, job_id):
        return self.GetJob(pb.JobId(job_id=job_id))

    def finished(self, job_id):
        """The job's status once it has ended."""

        def look():
            status = self.job(job_id)
            return status if status.state in {"DONE", "FAILED", "CANCELLED"} else None

        return eventually(look, f"job {job_id} to end")


def request_type(method):
    return getattr(pb if method.input_type.file is pb.DESCRIPTOR else mesh_pb2, method.input_type.name)


def plan(*groups):
    """A plan of groups, each a list of tasks: dicts of the task's fields."""
    return pb.Plan(
        groups=[
            pb.TaskGroup(index=at, tasks=[pb.TaskSpec(**task) for task in tasks]) for at, tasks in enumerate(groups)
        ]
    )


def echo(task_id, device_id="", text=None, **fields):
    """An ECHO task, which says its own id unless it is given a text."""
    text = task_id if text is None else text
    return {"task_id": task_id, "kind": "ECHO", "input": text, "target_device_id": device_id, **fields}


def command(task_id, *words, device_id=""):
    """A COMMAND task of a program and its arguments."""
    return {"task_id": task_id, "kind": "COMMAND", "input": json.dumps(words), "target_device_id": device_id}
