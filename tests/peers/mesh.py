"""The agents under test, as a client of the specification's proto sees them."""

import json
import sys

import grpc

import mesh_pb2
import mesh_pb2_grpc
import orchestrator_pb2 as pb
import orchestrator_pb2_grpc
from report import PATIENCE_S

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

    def open(self, key=KEY):
        self.session = self.CreateSession(pb.AuthRequest(device_name="python", security_key=key)).session_id
        return self

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


def request_type(method):
    return getattr(pb if method.input_type.file is pb.DESCRIPTOR else mesh_pb2, method.input_type.name)


def plan(*groups):
    """A plan of groups, each a list of tasks: dicts of the task's fields."""
    return pb.Plan(
        groups=[pb.TaskGroup(index=at, tasks=[pb.TaskSpec(**task) for task in tasks]) for at, tasks in enumerate(groups)]
    )
