"""A device that attaches by a stream of our own making, and does with what comes down it as a check wants."""

import queue
import threading

import grpc

import mesh_pb2
import orchestrator_pb2 as pb
from report import PATIENCE_S, eventually

SAMPLE = {"cpu_load": 0.5, "mem_used_mb": 100, "mem_total_mb": 1000, "ram_free_mb": 900}
INTERVAL_S = 2


class RawWorker:
    """Registers and attaches. It sends samples by itself, and nothing else. At the end of a `with` it is gone.

    `start` tells one start of its program from another, `kinds` are places by kind, `held` are tasks that it knows,
    `screens` is what it says of its screen.
    """

    def __init__(
        self,
        agent,
        device_id,
        credits=64,
        hello=None,
        register=True,
        samples=True,
        start="first",
        kinds=(),
        held=(),
        screens=None,
        **info,
    ):
        self.agent = agent
        self.device_id = device_id
        self.received = []
        self.ended = threading.Event()
        self.error = None
        self.up = queue.Queue()
        instance_id = f"{start} start of {device_id}"
        if register:
            info = pb.DeviceInfo(device_id=device_id, device_name=device_id, **info)
            agent.RegisterDevice(info, metadata=[("x-edgemesh-instance", instance_id)])
        if hello is None:
            kinds = [mesh_pb2.KindSlots(kind=kind, slots=slots) for kind, slots in dict(kinds).items()]
            held = [mesh_pb2.TaskRef(job_id=t.job_id, task_id=t.task_id, attempt=t.attempt) for t in held]
            hello = mesh_pb2.Hello(device_id=device_id, instance_id=instance_id, kinds=kinds, held=held)
        self.send(hello=hello, credits=credits, sample=SAMPLE, screens=screens)
        self.call = agent.mesh.Attach(iter(self.up.get, None), metadata=agent.metadata(), timeout=90)
        threading.Thread(target=self.read, daemon=True).start()
        if samples:
            threading.Thread(target=self.tell, daemon=True).start()

    def __enter__(self):
        self.welcome()
        return self

    def __exit__(self, *_):
        self.cut()

    def read(self):
        try:
            for batch in self.call:
                self.received.append(batch)
        except grpc.RpcError as error:
            self.error = error
        self.ended.set()

    def tell(self):
        while not self.ended.wait(INTERVAL_S):
            self.send(sample=SAMPLE)

    def send(self, **fields):
        self.up.put(mesh_pb2.WorkerBatch(**fields))

    def welcome(self):
        """The coordinator's greeting, or the failure with which it ended the stream."""
        eventually(lambda: self.received or self.ended.is_set(), "a welcome")
        if self.error:
            raise self.error
        return self.received[0].welcome

    def all(self, field):
        return [one for batch in list(self.received) for one in getattr(batch, field)]

    def wait_for(self, field, count=1, what=""):
        """The first `count` tasks, commands, … that came down."""
        eventually(lambda: len(self.all(field)) >= count, what or f"{count} {field} at {self.device_id}")
        return self.all(field)[:count]

    def finish(self, task, **fields):
        """Sends a task's outcome: what it was asked for, unless `fields` says otherwise."""
        outcome = {"job_id": task.job_id, "task_id": task.task_id, "attempt": task.attempt, "ok": True, **fields}
        self.send(outcomes=[mesh_pb2.TaskOutcome(**outcome)], credits=1)

    def finish_by_lease(self, *tasks, credits=None, **fields):
        """Sends outcomes that say only under which lease the tasks came."""
        outcomes = [mesh_pb2.TaskOutcome(**{"lease": task.lease, "ok": True, **fields}) for task in tasks]
        self.send(outcomes=outcomes, credits=len(tasks) if credits is None else credits)

    def serve(self, count=1):
        """Runs `count` ECHO tasks as a good device does."""
        for task in self.wait_for("tasks", count):
            self.finish(task, output=f"echo: {task.input}", time_ms=1)

    def end(self):
        """Ends the stream as a device does that goes on purpose."""
        self.up.put(None)
        assert self.ended.wait(PATIENCE_S), "the coordinator does not end its side"

    def cut(self):
        """Breaks the stream as a crash does."""
        self.call.cancel()
        self.ended.wait(PATIENCE_S)
        self.up.put(None)
