"""ExecuteCommand and ExecuteRoutedCommand: what runs, where, what is refused, and what ends when its caller goes away."""

import os
import pathlib
import threading
import time

import grpc

import orchestrator_pb2 as pb
from mesh import CONFIG, Agent
from report import check, equal, eventually, refused

alpha = Agent("alpha").open()
beta = Agent("beta").open()
SHARE = CONFIG["share"]
Policy = pb.RoutingPolicy

eventually(lambda: alpha.online(beta.device_id), "beta to be online")


def execute(command, *args, **options):
    return alpha.ExecuteCommand(pb.CommandRequest(command=command, args=args), **options)


def routed(policy, command="pwd", *args, **options):
    return alpha.ExecuteRoutedCommand(pb.RoutedCommandRequest(policy=policy, command=command, args=args), **options)


@check("pwd is the shared folder")
def _():
    equal(execute("pwd"), pb.CommandResponse(exit_code=0, stdout=SHARE + "\n"))


@check("ls shows the shared folder")
def _():
    equal(execute("ls", "-1", "inner").stdout, "more.txt\n")
    equal(execute("ls", "-1").stdout.split(), ["hello.txt", "inner", "leak.txt", "link.txt", "way_out"])


@check("cat shows a file, also by its absolute path and through a link that stays inside")
def _():
    for path in ["hello.txt", f"{SHARE}/hello.txt", "link.txt", "./inner/../hello.txt"]:
        equal(execute("cat", path).stdout, "hello from the shared folder\n")


@check("a program that fails answers with its own exit code and what it said")
def _():
    response = execute("cat", "missing.txt")
    equal(response.exit_code, 1)
    assert "missing.txt" in response.stderr and not response.stdout, response


@check("arguments are handed over verbatim, no shell sees them")
def _():
    for argument in ["$(id)", "`id`", "a;id", "a b", "*", "ü🦀", "a\nb"]:
        response = execute("cat", argument)
        assert response.exit_code == 1 and "uid=" not in response.stdout + response.stderr, response


for command in ["rm", "sh", "/bin/pwd", "pwd ", "PWD", "../bin/pwd", "x" * 100_000, "a\nb\x1b[2J"]:

    @check(f"the command {command[:20]!r} is not allowed")
    def _():
        refused(lambda: execute(command), "PERMISSION_DENIED", "not allowed")


@check("no command at all is refused by its field")
def _():
    refused(lambda: execute(""), "INVALID_ARGUMENT", "command")
    refused(lambda: routed(None, ""), "INVALID_ARGUMENT", "command")


for args in [
    ["../secret"],
    ["inner/../../secret"],
    ["/etc/passwd"],
    ["leak.txt"],
    ["way_out/passwd"],
    ["way_out/../etc/passwd"],
    ["--", "/etc/passwd"],
    ["hello.txt", "/etc/passwd"],
    ["/proc/self/environ"],
]:

    @check(f"cat {' '.join(args)} is outside the shared folder")
    def _():
        refused(lambda: execute("cat", *args), "PERMISSION_DENIED", "outside the shared folder")


@check("ls of a folder outside is refused")
def _():
    for path in ["/", "..", "way_out", "/etc"]:
        refused(lambda: execute("ls", path), "PERMISSION_DENIED", "outside the shared folder")


@check("an option that could lead out is refused by its name")
def _():
    for command, option in [
        ("ls", "-L"),
        ("ls", "--dereference"),
        ("cat", "--files0-from=/etc/passwd"),
        ("ls", "-laH"),
    ]:
        refused(lambda: execute(command, option), "PERMISSION_DENIED", "option")


@check("a NUL byte is refused by its field")
def _():
    refused(lambda: execute("cat", "hello.txt\0/etc/passwd"), "INVALID_ARGUMENT", "args[0]", "NUL")
    refused(lambda: execute("pwd\0"), "INVALID_ARGUMENT", "command", "NUL")


@check("what is refused here is refused on another device in the same words")
def _():
    there = Policy(mode="FORCE_DEVICE_ID", device_id=beta.device_id)
    for command, args in [("rm", []), ("cat", ["/etc/passwd"]), ("cat", ["leak.txt"])]:
        here = refused(lambda: execute(command, *args), "PERMISSION_DENIED")
        equal(refused(lambda: routed(there, command, *args), "PERMISSION_DENIED"), here)


for mode, device_id, chosen in [
    ("BEST_AVAILABLE", "", "beta"),
    ("REQUIRE_NPU", "", "beta"),
    ("PREFER_REMOTE", "", "beta"),
    ("PREFER_LOCAL_MODEL", "", "beta"),
    ("FORCE_DEVICE_ID", alpha.device_id, "alpha"),
    ("FORCE_DEVICE_ID", beta.device_id, "beta"),
]:

    @check(f"{mode} {device_id and 'for ' + chosen} runs it on {chosen}".replace("  ", " "))
    def _():
        response = routed(Policy(mode=mode, device_id=device_id), "cat", "hello.txt")
        device = CONFIG["agents"][chosen]
        equal(
            (response.selected_device_id, response.selected_device_name, response.selected_device_addr),
            (device["device"], chosen, device["grpc"]),
        )
        equal(response.output, pb.CommandResponse(stdout="hello from the shared folder\n"))
        equal(response.executed_locally, chosen == "alpha")
        assert 0 < response.total_time_ms < 20_000, response.total_time_ms


@check("no policy at all is BEST_AVAILABLE")
def _():
    equal(routed(None).selected_device_id, beta.device_id)


@check("REQUIRE_NPU on an agent that knows no NPU says so")
def _():
    request = pb.RoutedCommandRequest(policy=Policy(mode="REQUIRE_NPU"), command="pwd")
    refused(lambda: Agent("delta").open().ExecuteRoutedCommand(request), "FAILED_PRECONDITION", "NPU")


@check("PREFER_REMOTE on an agent that is alone runs it there")
def _():
    request = pb.RoutedCommandRequest(policy=Policy(mode="PREFER_REMOTE"), command="pwd")
    response = beta.ExecuteRoutedCommand(request)
    equal((response.selected_device_id, response.executed_locally), (beta.device_id, True))


@check("REQUIRE_LOCAL_MODEL says that there is none")
def _():
    refused(lambda: routed(Policy(mode="REQUIRE_LOCAL_MODEL")), "FAILED_PRECONDITION", "local model")


@check("a mode that the specification does not have is refused by its number")
def _():
    for number in [6, 99, -1]:
        refused(lambda: routed(Policy(mode=number)), "INVALID_ARGUMENT", "policy.mode", str(number))


@check("FORCE_DEVICE_ID needs a device, and a known one")
def _():
    refused(lambda: routed(Policy(mode="FORCE_DEVICE_ID")), "INVALID_ARGUMENT", "policy.device_id")
    for unknown in ["no-such-device", "x" * 100_000, 'a"\n\x1b[2J']:
        refused(lambda: routed(Policy(mode="FORCE_DEVICE_ID", device_id=unknown)), "NOT_FOUND", "no device")


# A length of sleep that no other program on this machine has, so that the child can be found.
def odd_seconds():
    odd_seconds.count = getattr(odd_seconds, "count", 0) + 1
    return f"{os.getpid()}.{odd_seconds.count:04}"


def sleeping(seconds):
    """Whether a program `sleep SECONDS` runs on this machine."""
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if entry.read_bytes() == f"sleep\0{seconds}\0".encode() or entry.read_bytes().endswith(
                f"/sleep\0{seconds}\0".encode()
            ):
                return True
        except OSError:
            continue
    return False


PLACES = [("here", alpha.device_id), ("on another device", beta.device_id)]


def begin(device_id, seconds, timeout):
    return alpha.begin_on(device_id, "sleep", seconds, timeout=timeout)


for place, device_id in PLACES:

    @check(f"a program that runs {place} ends when its caller's deadline passes")
    def _():
        seconds = odd_seconds()
        began = time.monotonic()
        call = begin(device_id, seconds, timeout=0.7)
        if os.path.isdir("/proc/self"):
            eventually(lambda: sleeping(seconds) or call.done(), "the program to start")
        refused(call.result, "DEADLINE_EXCEEDED")
        assert time.monotonic() - began < 2, "the caller waited too long"
        eventually(lambda: not sleeping(seconds), "the program to end", 2)

    @check(f"a program that runs {place} ends when its caller goes away")
    def _():
        seconds = odd_seconds()
        call = begin(device_id, seconds, timeout=60)
        if os.path.isdir("/proc/self"):
            eventually(lambda: sleeping(seconds), "the program to start")
        call.cancel()
        eventually(lambda: not sleeping(seconds), "the program to end", 2)


@check("a program ends when its caller's connection is lost")
def _():
    seconds = odd_seconds()
    other = Agent("alpha")
    other.session = alpha.session
    call = other.orchestrator.ExecuteCommand.future(
        pb.CommandRequest(command="sleep", args=[seconds]), metadata=other.metadata(), timeout=60
    )
    if os.path.isdir("/proc/self"):
        eventually(lambda: sleeping(seconds), "the program to start")
    other.channel.close()
    assert call.cancelled() or call.exception()
    eventually(lambda: not sleeping(seconds), "the program to end", 2)


@check("a deadline of 0.2 s is kept")
def _():
    began = time.monotonic()
    refused(lambda: execute("sleep", "30", timeout=0.2), "DEADLINE_EXCEEDED")
    assert time.monotonic() - began < 2, "the caller waited too long"


@check("more commands at once than a device runs are refused, and the others run")
def _():
    seconds = odd_seconds()
    calls = [begin(beta.device_id, seconds, timeout=30) for _ in range(40)]
    over = threading.Event()
    for call in calls:
        call.add_done_callback(lambda _: over.set())
    assert over.wait(20), "none was refused"
    eventually(lambda: sum(call.done() for call in calls) >= 8, "8 of 40 to be refused")
    for call in calls:
        if call.done():
            equal((call.code(), "32 commands" in call.details()), (grpc.StatusCode.RESOURCE_EXHAUSTED, True))
    equal(sum(call.done() for call in calls), 8)
    for call in calls:
        call.cancel()
    eventually(lambda: not sleeping(seconds), "the programs to end", 5)
    eventually(lambda: routed(Policy(mode="FORCE_DEVICE_ID", device_id=beta.device_id)).output.exit_code == 0, "room")
