"""Models of devices of another make: what they report, what they are asked, and what becomes of their lies."""

import threading

import grpc

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import Agent, plan
from raw_worker import RawWorker
from report import check, equal, eventually, refused

gamma = Agent("gamma").open()

STATS = {"prompt_tokens": 10, "output_tokens": 20, "prefill_ms": 10, "decode_ms": 200, "total_ms": 210}


def model(name="m", decode=100.0, **fields):
    rates = mesh_pb2.ModelRates(prefill_toks_per_s=1000, decode_toks_per_s=decode, samples=5)
    return mesh_pb2.Model(name=name, loaded=True, generates=True, memory_mb=1200, rates=rates, **fields)


def report(*models, default=None):
    names = [one.name for one in models]
    default = default if default is not None else (names[0] if names else "")
    return mesh_pb2.ModelReport(models=models, default_model=default, parallel=1, queue=8)


class ModelWorker(RawWorker):
    """A device with models. It answers nothing by itself."""

    def __init__(self, device_id, *models, **fields):
        super().__init__(gamma, device_id, kinds={"ECHO": 8, "LLM_GENERATE": 1}, **fields)
        self.send(models=report(*models))
        eventually(lambda: device_id in hosts() or not models, f"models of {device_id}")

    def order(self, count=1):
        return self.wait_for("model_orders", count)[count - 1]

    def say(self, order, *pieces):
        for text in pieces:
            self.send(model_answers=[mesh_pb2.ModelAnswer(order_id=order.order_id, text=text)])

    def end(self, order, **stats):
        stats = mesh_pb2.GenerationStats(model="m", **{**STATS, **stats})
        end = mesh_pb2.GenerationEnd(finish_reason="stop", stats=stats)
        self.send(model_answers=[mesh_pb2.ModelAnswer(order_id=order.order_id, end=end)])

    def fail(self, order, code, message, retry_after_ms=0):
        self.send(
            model_answers=[
                mesh_pb2.ModelAnswer(
                    order_id=order.order_id, error_code=code, error_message=message, retry_after_ms=retry_after_ms
                )
            ]
        )


def hosts():
    return {one.device_id for one in gamma.ListModels(mesh_pb2.ListModelsRequest()).models}


def decode_of(device_id):
    models = gamma.ListModels(mesh_pb2.ListModelsRequest()).models
    return next(one.model.rates.decode_toks_per_s for one in models if one.device_id == device_id)


class Generation:
    """A call of Generate that is read beside the check."""

    def __init__(self, **request):
        request.setdefault("prompt", "hello")
        self.call = gamma.stub("Generate")(
            mesh_pb2.GenerateRequest(**request), metadata=gamma.metadata(), timeout=30
        )
        self.events = []
        self.error = None
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        try:
            for event in self.call:
                self.events.append(event)
        except grpc.RpcError as error:
            self.error = error

    def result(self):
        """Which devices were asked, and what was said; or the failure's code and text."""
        self.thread.join(30)
        if self.error:
            return self.error.code().name, self.error.details()
        return [e.start.device_name for e in self.events if e.HasField("start")], "".join(e.text for e in self.events)


@check("its models are listed, and a prompt goes to it with all that was asked")
def _():
    with ModelWorker("models-1", model("m"), model("vectors:latest", embeds=True)) as worker:
        listed = gamma.ListModels(mesh_pb2.ListModelsRequest()).models
        equal([(one.model.name, one.is_default) for one in listed], [("m", True), ("vectors:latest", False)])
        sampling = mesh_pb2.Sampling(temperature=0, seed=7, stop=["END"])
        messages = [mesh_pb2.ChatMessage(role="system", content="be brief"), mesh_pb2.ChatMessage(role="user", content="hi")]
        call = Generation(prompt="", messages=messages, max_tokens=9, sampling=sampling, format="json")
        asked = worker.order().generate
        equal((asked.model, asked.max_tokens, asked.format, list(asked.messages)), ("m", 9, "json", messages))
        equal((asked.sampling.HasField("temperature"), asked.sampling.temperature), (True, 0.0))
        equal((asked.sampling.HasField("top_p"), asked.sampling.seed), (False, 7))
        worker.say(worker.order(), "he", "llo ", "ü")
        worker.end(worker.order())
        equal(call.result(), (["models-1"], "hello ü"))
        start, end = call.events[0].start, call.events[-1].end
        # 5 characters at 4 to a token, 9 tokens to write at 100/s.
        assert 85 < start.predicted_ms < 100, start
        equal((end.finish_reason, end.stats.output_tokens), ("stop", 20))


@check("a caller that goes away is told of to the device, under the order's id")
def _():
    with ModelWorker("models-1", model()) as worker:
        call = Generation()
        order = worker.order()
        worker.say(order, "a")
        eventually(lambda: len(call.events) >= 2, "a piece")
        call.call.cancel()
        equal(list(worker.wait_for("cancelled_model_orders", 1)), [order.order_id])


@check("a device that fails before it says anything is followed by another, one that fails later is not")
def _():
    with ModelWorker("models-1", model(decode=1000)) as fast, ModelWorker("models-2", model(decode=10)) as slow:
        call = Generation(max_tokens=50)
        fast.fail(fast.order(), "UNAVAILABLE", "the model server is gone")
        slow.say(slow.order(), "slow but there")
        slow.end(slow.order())
        equal(call.result(), (["models-1", "models-2"], "slow but there"))
        # It comes after the others now, until it says that something has changed.
        fast.send(models=report(model("m", 2000)))
        eventually(lambda: decode_of("models-1") == 2000, "new rates of models-1")
        call = Generation(max_tokens=50)
        fast.say(fast.order(2), "half a")
        fast.fail(fast.order(2), "INTERNAL", "the model\nbroke")
        code, text = call.result()
        assert code == "INTERNAL" and "models-1" in text and "the model broke" in text, (code, text)
        equal(len(slow.all("model_orders")), 1)


@check("a full queue is RESOURCE_EXHAUSTED, an unknown model is NOT_FOUND, and a lost device is UNAVAILABLE")
def _():
    with ModelWorker("models-1", model()) as worker:
        call = Generation()
        worker.fail(worker.order(), "RESOURCE_EXHAUSTED", "full", retry_after_ms=4000)
        equal(call.result()[0], "RESOURCE_EXHAUSTED")
        code, text = Generation(model="nope").result()
        assert code == "NOT_FOUND" and "m" in text, text
        call = Generation()
        worker.order(2)
    equal(call.result()[0], "UNAVAILABLE")
    equal(Generation().result()[0], "FAILED_PRECONDITION")


@check("a request that makes no sense is INVALID_ARGUMENT, and reaches no device")
def _():
    with ModelWorker("models-1", model()) as worker:
        wrong = [
            {"prompt": ""},
            {"prompt": "a", "messages": [mesh_pb2.ChatMessage(role="user", content="b")]},
            {"prompt": "", "messages": [mesh_pb2.ChatMessage(role="pirate", content="b")]},
            {"max_tokens": -1},
            {"sampling": mesh_pb2.Sampling(temperature=99)},
            {"sampling": mesh_pb2.Sampling(top_p=float("nan"))},
            {"format": "{"},
        ]
        for request in wrong:
            equal((request, Generation(**request).result()[0]), (request, "INVALID_ARGUMENT"))
        equal(worker.all("model_orders"), [])


@check("a task that a model answers carries its limit, and what it took is in the cost report")
def _():
    with ModelWorker("models-3", model()) as worker:
        job_id = gamma.submit([{"task_id": "a", "kind": "LLM_GENERATE", "input": "say hi", "max_output_tokens": 20}])
        (task,) = worker.wait_for("tasks", 1)
        equal((task.kind, task.input, task.max_output_tokens), ("LLM_GENERATE", "say hi", 20))
        stats = mesh_pb2.GenerationStats(model="m", **STATS)
        outcome = {"job_id": task.job_id, "task_id": task.task_id, "attempt": task.attempt, "lease": task.lease}
        worker.send(outcomes=[mesh_pb2.TaskOutcome(ok=True, output="hi", generation=stats, **outcome)], credits=1)
        equal(gamma.finished(job_id).tasks[0].result, "hi")
        errors = gamma.CostReport(mesh_pb2.CostReportRequest(device_id="models-3")).errors
        equal([(one.device_name, one.model, one.generations) for one in errors], [("models-3", "m", 1)])
        assert errors[0].median_error < 0.1, errors


@check("a task that needs a model waits for none that is not there, and goes where one comes")
def _():
    job = {"plan": plan([{"kind": "LLM_GENERATE", "input": "x"}])}
    refused(lambda: gamma.SubmitJob(pb.JobRequest(**job)), "FAILED_PRECONDITION", "kind")
    with ModelWorker("models-1", model()) as first:
        job_id = gamma.submit([{"kind": "LLM_GENERATE", "input": "x"}, {"kind": "LLM_GENERATE", "input": "y"}])
        (task,) = first.wait_for("tasks", 1)
        # Its model is gone: the second task waits, although the device is there.
        first.send(models=report())
        first.finish(task, output="one")
        with ModelWorker("models-2", model()) as second:
            (task,) = second.wait_for("tasks", 1)
            second.finish(task, output="two")
            equal([t.result for t in gamma.finished(job_id).tasks], ["one", "two"])
        equal(len(first.all("tasks")), 1)


@check("a placement says which device would run which task, and when")
def _():
    with ModelWorker("placed-1", model(decode=100)), ModelWorker("placed-2", model(decode=10)):
        task = {"kind": "LLM_GENERATE", "prompt_tokens": 100, "max_output_tokens": 100}
        placed = gamma.PreviewPlacement(mesh_pb2.PlacementRequest(plan=plan([task, task])))
        where = [(t.device_name, t.model, round(t.start_ms)) for t in placed.tasks]
        equal(where, [("placed-1", "m", 0), ("placed-1", "m", 1100)])
        equal(round(placed.total_predicted_ms), 2200)


@check("lies about models and generations do no harm")
def _():
    nan, inf = float("nan"), float("inf")
    with ModelWorker("liar", model()) as worker:
        rates = mesh_pb2.ModelRates(prefill_toks_per_s=nan, decode_toks_per_s=-inf, load_ms=inf, overhead_ms=nan)
        liar = mesh_pb2.Model(name="m", generates=True, size_bytes=2**64 - 1, memory_mb=nan, rates=rates)
        many = [model(f"model-{n}") for n in range(3000)]
        worker.send(models=mesh_pb2.ModelReport(models=[liar, *many], default_model="m", parallel=-5, queue=-1))
        worker.send(model_load=mesh_pb2.ModelLoad(running=-3, waiting=2**31 - 1, backlog_ms=inf))
        worker.send(model_load=mesh_pb2.ModelLoad(running=5, waiting=5, backlog_ms=nan))
        worker.send(model_answers=[mesh_pb2.ModelAnswer(order_id="made up", text="x" * 100_000)])
        eventually(lambda: len(gamma.ListModels(mesh_pb2.ListModelsRequest()).models) == 1000, "1000 models")
        placed = gamma.PreviewPlacement(mesh_pb2.PlacementRequest(plan=plan([{"kind": "LLM_GENERATE"}])))
        assert 0 < placed.total_predicted_ms < inf, placed
        for stats in [{"total_ms": nan}, {"total_ms": -5}, {"total_ms": inf}, {"output_tokens": -1, "prefill_ms": nan}]:
            orders = len(worker.all("model_orders"))
            call = Generation(model="m")
            worker.end(worker.order(orders + 1), **stats)
            equal(call.result(), (["liar"], ""))
        for one in gamma.CostReport(mesh_pb2.CostReportRequest(device_id="liar")).errors:
            assert 0 <= one.median_error < inf and 0.09 < one.correction < 11, one
        equal(gamma.online("liar"), True)
