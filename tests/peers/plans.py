"""PreviewPlan and PreviewPlanCost: the figures are reckoned by hand from the specification's formula."""

import orchestrator_pb2 as pb
from mesh import Agent, plan
from report import check, equal, near, refused

alpha, beta = Agent("alpha").open(), Agent("beta")
gamma = Agent("gamma").open()


@check("a plan is made without AI, and says so: one SYSINFO task per device")
def _():
    preview = alpha.PreviewPlan(pb.PlanPreviewRequest(text="how are you all?"))
    equal((preview.used_ai, preview.reduce.kind), (False, "CONCAT"))
    assert preview.notes and "2 of 2" in preview.rationale, preview
    (group,) = preview.plan.groups
    equal([task.kind for task in group.tasks], ["SYSINFO", "SYSINFO"])
    equal([task.target_device_id for task in group.tasks], [alpha.device_id, beta.device_id])


@check("max_workers limits the plan, and the rationale says so")
def _():
    preview = alpha.PreviewPlan(pb.PlanPreviewRequest(text="x", max_workers=1))
    equal([len(group.tasks) for group in preview.plan.groups], [1])
    assert "1 of 2" in preview.rationale, preview.rationale
    equal(len(alpha.PreviewPlan(pb.PlanPreviewRequest(text="x", max_workers=99)).plan.groups[0].tasks), 2)


@check("a preview without a text, or with negative max_workers, is refused by its field")
def _():
    refused(lambda: alpha.PreviewPlan(pb.PlanPreviewRequest(text=" ")), "INVALID_ARGUMENT", "text")
    request = pb.PlanPreviewRequest(text="x", max_workers=-1)
    refused(lambda: alpha.PreviewPlan(request), "INVALID_ARGUMENT", "max_workers")


def register(device_id, **fields):
    gamma.RegisterDevice(pb.DeviceInfo(device_id=device_id, device_name=device_id, **fields))


def devices():
    """Registered anew for each check: a device that nothing reaches is online for a few seconds only."""
    register("cost-phone", platform="android")
    register("cost-laptop", platform="darwin")
    register("cost-fast", platform="linux", llm_prefill_toks_per_s=1000, llm_decode_toks_per_s=100, ram_free_mb=1024)
    register("cost-own", platform="ios", llm_prefill_toks_per_s=600, llm_decode_toks_per_s=60, ram_free_mb=8192)
    register("cost-half", platform="windows", llm_decode_toks_per_s=500, ram_free_mb=2048)


def cost(plan, *device_ids):
    devices()
    return gamma.PreviewPlanCost(pb.PlanCostRequest(plan=plan, device_ids=device_ids))


LLM = {"task_id": "write", "kind": "LLM_GENERATE", "prompt_tokens": 500, "max_output_tokens": 200}
ECHO = {"task_id": "say", "kind": "ECHO", "input": "x"}
DEFAULT = "using default throughput for platform"

for device_id, ms, notes in [
    # 500 / 120 + 200 / 12 s
    ("cost-phone", 20833.333, DEFAULT),
    # 500 / 300 + 200 / 30 s
    ("cost-laptop", 8333.333, DEFAULT),
    # 500 / 1000 + 200 / 100 s
    ("cost-fast", 2500, ""),
    # 500 / 600 + 200 / 60 s
    ("cost-own", 4166.667, ""),
    # One rate alone does not count.
    ("cost-half", 8333.333, DEFAULT),
]:

    @check(f"500 and 200 tokens cost {ms:.0f} ms on {device_id}")
    def _():
        response = cost(plan([LLM]), device_id)
        (device,) = response.device_costs
        (step,) = device.step_costs
        equal((device.device_id, device.device_name), (device_id, device_id))
        for figure in [step.predicted_ms, device.total_ms, response.total_predicted_ms]:
            near(figure, ms)
        equal((step.task_id, step.kind, step.unknown_cost, step.notes), ("write", "LLM_GENERATE", False, notes))
        equal((step.predicted_memory_mb, device.estimated_peak_ram_mb), (2048, 2048))
        equal(device.ram_sufficient, device_id != "cost-fast")
        equal((response.recommended_device_id, response.recommended_device_name), (device_id, device_id))


@check("ECHO and SYSINFO cost 10 ms")
def _():
    response = cost(plan([ECHO], [{"kind": "SYSINFO"}]), "cost-laptop")
    equal([step.predicted_ms for step in response.device_costs[0].step_costs], [10, 10])
    equal((response.total_predicted_ms, response.has_unknown_costs, response.warning), (20, False, ""))
    equal((response.device_costs[0].estimated_peak_ram_mb, response.device_costs[0].ram_sufficient), (0, True))


@check("an LLM step without token counts is taken for 1000 ms, and says so")
def _():
    response = cost(plan([{"kind": "LLM_GENERATE"}]), "cost-laptop", "cost-own")
    steps = [device.step_costs[0] for device in response.device_costs]
    equal([step.predicted_ms for step in steps], [1000, 1000])
    no_tokens = "no token counts provided, using default estimate"
    equal([step.notes for step in steps], [f"{no_tokens}; {DEFAULT}", no_tokens])


@check("tasks of a group cost as much as the slowest, groups add up in order of index")
def _():
    groups = [
        pb.TaskGroup(index=9, tasks=[pb.TaskSpec(**ECHO)]),
        pb.TaskGroup(index=2, tasks=[pb.TaskSpec(**LLM), pb.TaskSpec(kind="ECHO"), pb.TaskSpec(kind="LLM_GENERATE")]),
    ]
    response = cost(pb.Plan(groups=groups), "cost-laptop")
    near(response.total_predicted_ms, 8333.333 + 10)
    equal([step.task_id for step in response.device_costs[0].step_costs], ["write", "task-1", "task-2", "say"])


@check("a kind that nobody knows costs 250 ms, with a warning")
def _():
    response = cost(plan([{"task_id": "a", "kind": "SUMMON"}], [ECHO]), "cost-laptop")
    step = response.device_costs[0].step_costs[0]
    equal((step.predicted_ms, step.unknown_cost), (250, True))
    equal(step.notes, "unknown step type, using penalty estimate")
    equal((response.total_predicted_ms, response.has_unknown_costs), (260, True))
    equal(response.warning, "some steps have unknown cost (using penalty estimate)")


@check("the fastest device with enough free RAM is recommended, unknown RAM counts as enough")
def _():
    response = cost(plan([LLM]), "cost-fast", "cost-phone", "cost-own", "cost-laptop")
    equal((response.recommended_device_id, response.warning), ("cost-own", ""))
    near(response.total_predicted_ms, 4166.667)
    equal(
        [device.device_id for device in response.device_costs], ["cost-fast", "cost-phone", "cost-own", "cost-laptop"]
    )
    equal([device.ram_sufficient for device in response.device_costs], [False, True, True, True])
    equal(cost(plan([LLM]), "cost-fast", "cost-phone").recommended_device_id, "cost-phone")


@check("where no device has enough free RAM the fastest is recommended, and the warning says so")
def _():
    register("cost-small", platform="linux", ram_free_mb=2047)
    response = cost(plan([LLM]), "cost-small", "cost-fast")
    equal(response.recommended_device_id, "cost-fast")
    assert "2048 MB" in response.warning and "cost-fast" in response.warning, response.warning


@check("exactly enough free RAM is enough")
def _():
    equal(cost(plan([LLM]), "cost-half").device_costs[0].ram_sufficient, True)


@check("without device_ids every device that is online is estimated")
def _():
    priced = [device.device_id for device in cost(plan([ECHO])).device_costs]
    assert {"cost-phone", "cost-laptop", gamma.device_id} <= set(priced), priced
    equal(len(set(priced)), len(priced))


@check("a device that is named twice is estimated once")
def _():
    equal(len(cost(plan([ECHO]), "cost-phone", "cost-phone").device_costs), 1)


@check("a preview runs nothing and leaves the plan as it is")
def _():
    equal(cost(plan([ECHO]), "cost-phone"), cost(plan([ECHO]), "cost-phone"))


for what, request, code, said in [
    ("without a plan", pb.PlanCostRequest(), "INVALID_ARGUMENT", "plan"),
    ("of an empty plan", pb.PlanCostRequest(plan=pb.Plan()), "INVALID_ARGUMENT", "plan.groups"),
    ("of an empty group", pb.PlanCostRequest(plan=plan([])), "INVALID_ARGUMENT", "plan.groups[0].tasks"),
    (
        "of a step without a kind",
        pb.PlanCostRequest(plan=plan([{}])),
        "INVALID_ARGUMENT",
        "plan.groups[0].tasks[0].kind",
    ),
    (
        "of negative tokens",
        pb.PlanCostRequest(plan=plan([{**LLM, "max_output_tokens": -5}])),
        "INVALID_ARGUMENT",
        "plan.groups[0].tasks[0].max_output_tokens",
    ),
    (
        "of two steps with one id",
        pb.PlanCostRequest(plan=plan([ECHO, ECHO])),
        "INVALID_ARGUMENT",
        "plan.groups[0].tasks[1].task_id",
    ),
    (
        "for an unknown device",
        pb.PlanCostRequest(plan=plan([ECHO]), device_ids=["cost-phone", "nobody"]),
        "NOT_FOUND",
        "nobody",
    ),
]:

    @check(f"a cost preview {what} is refused by its field")
    def _():
        refused(lambda: gamma.PreviewPlanCost(request), code, said)


@check("a plan of 100,000 steps is estimated within 5 s")
def _():
    devices()
    request = pb.PlanCostRequest(plan=plan([{"kind": "ECHO"}] * 100_000), device_ids=["cost-phone"])
    equal(len(gamma.PreviewPlanCost(request, timeout=5).device_costs[0].step_costs), 100_000)


@check("who guesses keys has to wait, and says for how long")
def _():
    def guess():
        gamma.CreateSession(pb.AuthRequest(security_key="guess"))

    for _ in range(10):
        refused(guess, "UNAUTHENTICATED")
    refused(guess, "RESOURCE_EXHAUSTED", "try again in")
    # Whoever has a session works on meanwhile.
    gamma.ListDevices(pb.ListDevicesRequest())
