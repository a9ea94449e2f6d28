"""Jobs from their submission to their result, and RunTask."""

import itertools

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import CONFIG, Agent, echo, plan
from report import check, equal, eventually, matches, refused

alpha = Agent("alpha").open()
beta = Agent("beta").open()
ALPHA, BETA = alpha.device_id, beta.device_id
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

eventually(lambda: alpha.online(BETA), "beta to be online")


def submit(**fields):
    return alpha.SubmitJob(pb.JobRequest(**fields))


def finished(**fields):
    return alpha.finished(submit(**fields).job_id)


def part(device_id, output):
    name = next(name for name, agent in CONFIG["agents"].items() if agent["device"] == device_id)
    return f"=== {name} ({device_id[:8]}) ===\n{output}"


SYSINFO = (
    r"Device: {}\nDevice ID: {}\nPlatform: \w+/\w+\nMemory: \d+ MB total, \d+ MB used\nTime: \d{{4}}-\d\d-\d\dT"
    r"\d\d:\d\d:\d\dZ"
)


@check("a job from a text asks every device how it is")
def _():
    info = submit(text="how are you all?")
    matches(info.job_id, UUID)
    equal(info.summary, "distributed to 2 devices in 1 group(s)")
    status = alpha.finished(info.job_id)
    equal((status.state, status.total_groups), ("DONE", 1))
    equal([task.assigned_device_name for task in status.tasks], ["alpha", "beta"])
    outputs = [SYSINFO.format(name, CONFIG["agents"][name]["device"]) for name in ["alpha", "beta"]]
    heads = [rf"=== {name} \({CONFIG['agents'][name]['device'][:8]}\) ===\n" for name in ["alpha", "beta"]]
    matches(status.final_result, heads[0] + outputs[0] + r"\n\n" + heads[1] + outputs[1])


@check("a plan's tasks run on the devices that they name, and their results stand in plan order")
def _():
    info = submit(
        plan=plan([echo("b", BETA), echo("a", ALPHA)], [echo("c", BETA)]),
        reduce=pb.ReduceSpec(kind="CONCAT"),
    )
    equal(info.summary, "distributed to 2 devices in 2 group(s)")
    status = alpha.finished(info.job_id)
    equal(status.final_result, "\n\n".join([part(BETA, "echo: b"), part(ALPHA, "echo: a"), part(BETA, "echo: c")]))
    equal(
        [(task.task_id, task.state, task.result, task.error, task.assigned_device_id) for task in status.tasks],
        [("b", "DONE", "echo: b", "", BETA), ("a", "DONE", "echo: a", "", ALPHA), ("c", "DONE", "echo: c", "", BETA)],
    )


@check("groups run in ascending order of index, gaps allowed")
def _():
    groups = [(70, "last"), (-0, "first"), (7, "middle")]
    info = submit(
        plan=pb.Plan(
            groups=[pb.TaskGroup(index=index, tasks=[pb.TaskSpec(**echo(name, BETA))]) for index, name in groups]
        )
    )
    status = alpha.finished(info.job_id)
    equal((status.state, status.total_groups, status.current_group), ("DONE", 3, 2))
    equal([task.task_id for task in status.tasks], ["first", "middle", "last"])


@check("tasks without an id get one")
def _():
    status = finished(plan=plan([echo("task-1"), echo("", text="x"), echo("", text="y")]))
    equal([task.task_id for task in status.tasks], ["task-1", "task-2", "task-3"])


@check("text of any language and a task's own line breaks come back as they were")
def _():
    text = "ü 漢字 🦀\n\ttab \x00 \x7f end "
    status = finished(plan=plan([echo("a", text=text)]))
    equal(status.tasks[0].result, f"echo: {text}")


@check("with max_workers 1 all tasks run on one device")
def _():
    status = finished(plan=plan([echo(f"t{n}") for n in range(30)]), max_workers=1)
    equal((status.state, len({task.assigned_device_id for task in status.tasks})), ("DONE", 1))


@check("without a limit tasks are spread over the devices")
def _():
    status = finished(plan=plan([echo(f"t{n}") for n in range(30)]))
    equal({task.assigned_device_id for task in status.tasks}, {ALPHA, BETA})


@check("2,000 tasks in two groups all come back")
def _():
    halves = [[echo(f"{half}-{n}") for n in range(1000)] for half in "ab"]
    status = finished(plan=plan(*halves))
    equal(status.state, "DONE")
    expected = [f"echo: {task['input']}" for task in itertools.chain(*halves)]
    equal([task.result for task in status.tasks], expected)
    equal(status.final_result.count("=== "), 2000)


@check("a reduce kind may be written in any case, and defaults to CONCAT")
def _():
    for kind in ["concat", "CONCAT", ""]:
        equal(finished(plan=plan([echo("a")]), reduce=pb.ReduceSpec(kind=kind)).state, "DONE")


task = echo("a")
for what, fields, code, said in [
    ("neither text nor plan", {}, "INVALID_ARGUMENT", "text"),
    ("a blank text", {"text": " \n"}, "INVALID_ARGUMENT", "text"),
    ("a text of a million characters", {"text": "x" * 1_000_000}, "INVALID_ARGUMENT", "text"),
    ("a plan without groups", {"plan": pb.Plan()}, "INVALID_ARGUMENT", "plan.groups"),
    ("an empty group", {"plan": plan([task], [])}, "INVALID_ARGUMENT", "plan.groups[1].tasks"),
    (
        "two groups with one index",
        {"plan": pb.Plan(groups=[pb.TaskGroup(index=3, tasks=[pb.TaskSpec(**echo(name))]) for name in "ab"])},
        "INVALID_ARGUMENT",
        "plan.groups[1].index: 3 is used twice",
    ),
    (
        "a negative group index",
        {"plan": pb.Plan(groups=[pb.TaskGroup(index=-1, tasks=[pb.TaskSpec(**task)])])},
        "INVALID_ARGUMENT",
        "plan.groups[0].index",
    ),
    ("two tasks with one id", {"plan": plan([task], [task])}, "INVALID_ARGUMENT", "plan.groups[1].tasks[0].task_id"),
    ("a task without a kind", {"plan": plan([{"task_id": "a"}])}, "INVALID_ARGUMENT", "plan.groups[0].tasks[0].kind"),
    (
        "an unknown kind",
        {"plan": plan([task, {"kind": "SUMMON"}])},
        "INVALID_ARGUMENT",
        'plan.groups[0].tasks[1].kind: "SUMMON"',
    ),
    (
        "a kind in the wrong case",
        {"plan": plan([{"kind": "echo"}])},
        "INVALID_ARGUMENT",
        "did you mean ECHO",
    ),
    (
        "an unknown target",
        {"plan": plan([task], [echo("b", "nobody")])},
        "NOT_FOUND",
        "plan.groups[1].tasks[0].target_device_id",
    ),
    (
        "an LLM task where nothing can run it",
        {"plan": plan([{"kind": "LLM_GENERATE", "input": "hello"}])},
        "FAILED_PRECONDITION",
        "plan.groups[0].tasks[0].kind",
    ),
    (
        "a negative token count",
        {"plan": plan([echo("a", prompt_tokens=-1)])},
        "INVALID_ARGUMENT",
        "plan.groups[0].tasks[0].prompt_tokens",
    ),
    (
        "a task id with a line break",
        {"plan": plan([echo("a\nb")])},
        "INVALID_ARGUMENT",
        "plan.groups[0].tasks[0].task_id",
    ),
    (
        "a task id of 100,000 characters",
        {"plan": plan([echo("a" * 100_000, text="x")])},
        "INVALID_ARGUMENT",
        "plan.groups[0].tasks[0].task_id",
    ),
    (
        "an input of 2 MiB",
        {"plan": plan([echo("a", text="x" * 2**21)])},
        "INVALID_ARGUMENT",
        "plan.groups[0].tasks[0].input",
    ),
    ("a negative max_workers", {"text": "x", "max_workers": -1}, "INVALID_ARGUMENT", "max_workers"),
    (
        "a plan that names more devices than max_workers",
        {"plan": plan([echo("a", ALPHA), echo("b", BETA)]), "max_workers": 1},
        "INVALID_ARGUMENT",
        "max_workers",
    ),
    ("an unknown reduce kind", {"text": "x", "reduce": pb.ReduceSpec(kind="SUM")}, "INVALID_ARGUMENT", "reduce.kind"),
    (
        "a reduce kind of 100,000 characters",
        {"text": "x", "reduce": pb.ReduceSpec(kind="S\n" * 50_000)},
        "INVALID_ARGUMENT",
        "reduce.kind",
    ),
]:

    @check(f"a job with {what} is refused")
    def _():
        before = len(alpha.ListJobs(mesh_pb2.ListJobsRequest(limit=1000)).jobs)
        refused(lambda: submit(**fields), code, said)
        equal(len(alpha.ListJobs(mesh_pb2.ListJobsRequest(limit=1000)).jobs), before)


for unknown in ["6a9b4b0e-0000-4000-8000-000000000000", "x" * 100_000, 'a"\n\x1b[2J', "ü🦀" * 1000]:

    @check(f"the unknown job {unknown[:20]!r} is not found")
    def _():
        refused(lambda: alpha.job(unknown), "NOT_FOUND", "no job")


@check("GetJob without an id is refused by its field")
def _():
    refused(lambda: alpha.job(""), "INVALID_ARGUMENT", "job_id")


@check("ListJobs shows jobs with their counts, newest first")
def _():
    first = submit(plan=plan([echo("a"), echo("b")]))
    alpha.finished(first.job_id)
    second = submit(plan=plan([echo("a")]))
    alpha.finished(second.job_id)
    listed = alpha.ListJobs(mesh_pb2.ListJobsRequest()).jobs
    equal([entry.job_id for entry in listed[:2]], [second.job_id, first.job_id])
    entry = listed[1]
    equal((entry.state, entry.tasks_total, entry.tasks_done, entry.tasks_failed), ("DONE", 2, 2, 0))
    equal((entry.summary, entry.created_at), (first.summary, first.created_at))
    assert entry.finished_at >= entry.created_at > 0, entry


@check("ListJobs takes a state and a limit, and refuses others by their field")
def _():
    def listed(**fields):
        return alpha.ListJobs(mesh_pb2.ListJobsRequest(**fields)).jobs

    equal(len(listed(limit=1)), 1)
    equal({entry.state for entry in listed(state="DONE")}, {"DONE"})
    equal(len(listed(state="FAILED")), 0)
    refused(lambda: listed(limit=-1), "INVALID_ARGUMENT", "limit")
    refused(lambda: listed(limit=1001), "INVALID_ARGUMENT", "limit")
    refused(lambda: listed(state="ASLEEP"), "INVALID_ARGUMENT", "state", "ASLEEP")


@check("RunTask runs ECHO and SYSINFO on the agent that is asked")
def _():
    result = beta.RunTask(pb.TaskRequest(task_id="t", job_id="j", kind="ECHO", input="hello"))
    equal((result.task_id, result.ok, result.output, result.error), ("t", True, "echo: hello", ""))
    assert 0 <= result.time_ms < 1000, result.time_ms
    result = beta.RunTask(pb.TaskRequest(task_id="s", kind="SYSINFO"))
    matches(result.output, SYSINFO.format("beta", BETA))


@check("RunTask refuses an unknown kind, and a task without an id, by their field")
def _():
    for kind in ["SUMMON", "", "echo", "x" * 100_000, "a\nb"]:
        refused(lambda: alpha.RunTask(pb.TaskRequest(task_id="t", kind=kind)), "INVALID_ARGUMENT", "kind", "ECHO")
    refused(lambda: alpha.RunTask(pb.TaskRequest(kind="ECHO")), "INVALID_ARGUMENT", "task_id")
