"""RegisterDevice, ListDevices, GetDeviceStatus, ListDeviceStates."""

import math
import time

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import CONFIG, Agent
from report import check, equal, eventually, near, refused

gamma = Agent("gamma").open()


def register(device_id, **fields):
    return gamma.RegisterDevice(pb.DeviceInfo(device_id=device_id, **fields))


def listed():
    return {device.device_id: device for device in gamma.ListDevices(pb.ListDevicesRequest()).devices}


@check("an agent lists itself, with its addresses")
def _():
    device = listed()[gamma.device_id]
    at = CONFIG["agents"]["gamma"]
    equal((device.device_name, device.grpc_addr, device.http_addr), ("gamma", at["grpc"], at["http"]))
    equal((device.has_cpu, device.can_screen_capture, device.has_local_model), (True, False, False))
    assert device.platform and device.arch and device.ram_free_mb > 0, device


@check("an agent knows its own load and memory")
def _():
    def look():
        status = gamma.GetDeviceStatus(pb.DeviceId(device_id=gamma.device_id))
        return status if status.cpu_load >= 0 else None

    status = eventually(look, "the load to be measured")
    equal(status.device_id, gamma.device_id)
    assert 0 <= status.cpu_load <= 1 and 0 < status.mem_used_mb < status.mem_total_mb, status
    near(status.last_seen, time.time(), 10)


PHONE = {
    "device_name": "Pixel ü🦀",
    "platform": "android",
    "arch": "arm64",
    "has_cpu": True,
    "has_gpu": True,
    "http_addr": "[fe80::1]:8081",
    "can_screen_capture": True,
    "ram_free_mb": 3000,
    "has_local_model": True,
    "local_model_name": "llama3.2:3b",
    "local_chat_endpoint": "http://localhost:11434",
    "llm_prefill_toks_per_s": 50.5,
    "llm_decode_toks_per_s": 7.25,
}


@check("a device registers and is listed as it said")
def _():
    ack = register("phone-1", **PHONE)
    equal(ack.ok, True)
    near(ack.registered_at, time.time(), 5)
    equal(listed()["phone-1"], pb.DeviceInfo(device_id="phone-1", **PHONE))


@check("a device that registers again keeps what was measured where it says 0")
def _():
    register("phone-1", device_name="Pixel", platform="android")
    device = listed()["phone-1"]
    equal(
        (device.device_name, device.llm_prefill_toks_per_s, device.llm_decode_toks_per_s, device.ram_free_mb),
        ("Pixel", 50.5, 7.25, 3000),
    )
    equal((device.has_gpu, device.has_local_model), (False, False))


@check("a device that registers again with new rates has those")
def _():
    register("phone-1", device_name="Pixel", llm_prefill_toks_per_s=60, llm_decode_toks_per_s=8, ram_free_mb=10)
    device = listed()["phone-1"]
    equal((device.llm_prefill_toks_per_s, device.llm_decode_toks_per_s, device.ram_free_mb), (60, 8, 10))


@check("a device without a name is called by its short id")
def _():
    register("nameless-device-id")
    equal(listed()["nameless-device-id"].device_name, "nameless")


@check("control characters in what a device says of itself are left out")
def _():
    register("loud", device_name="a\x1b[2Jb\r\nc\0", platform="lin\nux")
    equal((listed()["loud"].device_name, listed()["loud"].platform), ("a[2Jbc", "linux"))


for what, fields, said in [
    ("an empty id", {"device_id": ""}, "device_id"),
    ("an id with a blank", {"device_id": "a b"}, "device_id"),
    ("an id with a line break", {"device_id": "a\n"}, "device_id"),
    ("an id of 100,000 characters", {"device_id": "x" * 100_000}, "device_id"),
    ("a name of 100,000 characters", {"device_name": "x" * 100_000}, "device_name"),
    ("a platform of 1,000 characters", {"platform": "x" * 1000}, "platform"),
    ("an arch of 1,000 characters", {"arch": "x" * 1000}, "arch"),
    ("a model name of 1,000 characters", {"local_model_name": "x" * 1000}, "local_model_name"),
    ("an endpoint of 100,000 characters", {"local_chat_endpoint": "x" * 100_000}, "local_chat_endpoint"),
    ("an address without a port", {"grpc_addr": "10.0.0.5"}, "grpc_addr"),
    ("an address with port 0", {"grpc_addr": "10.0.0.5:0"}, "grpc_addr"),
    ("an address with port 70000", {"http_addr": "10.0.0.5:70000"}, "http_addr"),
    ("an address that is a URL", {"grpc_addr": "http://10.0.0.5:50051"}, "grpc_addr"),
    ("an address for another resolver", {"grpc_addr": "unix:/tmp/socket"}, "grpc_addr"),
    ("a prefill rate of NaN", {"llm_prefill_toks_per_s": math.nan}, "llm_prefill_toks_per_s"),
    ("a negative prefill rate", {"llm_prefill_toks_per_s": -1}, "llm_prefill_toks_per_s"),
    ("an endless decode rate", {"llm_decode_toks_per_s": math.inf}, "llm_decode_toks_per_s"),
    ("a negative endless decode rate", {"llm_decode_toks_per_s": -math.inf}, "llm_decode_toks_per_s"),
]:

    @check(f"a device with {what} is refused by its field")
    def _():
        before = listed()
        request = pb.DeviceInfo(**{"device_id": "odd", **fields})
        refused(lambda: gamma.RegisterDevice(request), "INVALID_ARGUMENT", f"{said}:")
        equal(listed(), before)


@check("the largest amounts that the contract can carry do no harm")
def _():
    register("huge", ram_free_mb=2**64 - 1, llm_prefill_toks_per_s=1.7e308, llm_decode_toks_per_s=5e-324)
    assert listed()["huge"].ram_free_mb > 2**60, listed()["huge"]


@check("the coordinator's own id is refused")
def _():
    refused(lambda: register(gamma.device_id, device_name="impostor"), "ALREADY_EXISTS", gamma.device_id)
    equal(listed()[gamma.device_id].device_name, "gamma")


@check("the id of a device that is attached is refused")
def _():
    alpha, beta = Agent("alpha").open(), Agent("beta")
    eventually(lambda: alpha.online(beta.device_id), "beta to be online")
    impostor = pb.DeviceInfo(device_id=beta.device_id, device_name="impostor", grpc_addr="127.0.0.1:9")
    refused(lambda: alpha.RegisterDevice(impostor), "ALREADY_EXISTS", "beta")
    state = alpha.devices()[beta.device_id]
    equal((state.device.device_name, state.online, state.link), ("beta", True, "attached"))


@check("a device that never sent a status has none")
def _():
    status = gamma.GetDeviceStatus(pb.DeviceId(device_id="phone-1"))
    equal((status.device_id, status.cpu_load, status.mem_used_mb, status.mem_total_mb), ("phone-1", -1, 0, 0))
    near(status.last_seen, time.time(), 10)


for unknown in ["no-such-device", "x" * 100_000, 'a"\n\x1b[2J', "ü🦀" * 1000]:

    @check(f"the status of the unknown device {unknown[:20]!r} is not found")
    def _():
        refused(lambda: gamma.GetDeviceStatus(pb.DeviceId(device_id=unknown)), "NOT_FOUND", "no device")


@check("GetDeviceStatus without an id is refused by its field")
def _():
    refused(lambda: gamma.GetDeviceStatus(pb.DeviceId()), "INVALID_ARGUMENT", "device_id")


@check("ListDeviceStates shows how each device is reached, online ones first")
def _():
    states = gamma.ListDeviceStates(mesh_pb2.ListDeviceStatesRequest()).devices
    equal([state.online for state in states], sorted([state.online for state in states], reverse=True))
    own = next(state for state in states if state.device.device_id == gamma.device_id)
    equal((own.online, own.link, own.running_tasks), (True, "self", 0))
    equal(own.device, listed()[gamma.device_id])


@check("a device that gave no address and does not register again is offline within 6 s, and still listed")
def _():
    register("fleeting")
    began = time.monotonic()
    equal(gamma.devices()["fleeting"].online, True)
    eventually(lambda: not gamma.devices()["fleeting"].online, "it to be offline", 6)
    assert time.monotonic() - began > 3, "it was offline too soon"
    equal((gamma.devices()["fleeting"].link, "fleeting" in listed()), ("none", True))


@check("no work is routed to a device that nothing reaches")
def _():
    register("unreachable", has_npu=True)
    for mode in ["BEST_AVAILABLE", "PREFER_REMOTE", "PREFER_LOCAL_MODEL"]:
        request = pb.RoutedCommandRequest(policy=pb.RoutingPolicy(mode=mode), command="pwd")
        equal(gamma.ExecuteRoutedCommand(request).selected_device_id, gamma.device_id)


@check("a job from a text asks only devices that can be reached")
def _():
    register("unreachable", has_npu=True)
    info = gamma.SubmitJob(pb.JobRequest(text="how are you all?"))

    def done():
        status = gamma.GetJob(pb.JobId(job_id=info.job_id))
        return status if status.state == "DONE" else None

    status = eventually(done, "the job to be done", 5)
    equal([task.assigned_device_id for task in status.tasks], [gamma.device_id])


@check("a command for an offline device says so, and when it was seen")
def _():
    eventually(lambda: not gamma.devices()["phone-1"].online, "it to be offline", 10)
    policy = pb.RoutingPolicy(mode="FORCE_DEVICE_ID", device_id="phone-1")
    request = pb.RoutedCommandRequest(policy=policy, command="pwd")
    refused(lambda: gamma.ExecuteRoutedCommand(request), "UNAVAILABLE", '"Pixel" is offline, last seen 20')
