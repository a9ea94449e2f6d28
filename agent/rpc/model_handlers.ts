import type { CalibrateRequest__Output as CalibrateRequest } from "../../proto/gen/edgemesh/v1/CalibrateRequest.ts";
import type { CostReportRequest__Output as CostReportRequest } from "../../proto/gen/edgemesh/v1/CostReportRequest.ts";
import type { PlacementRequest__Output as PlacementRequest } from "../../proto/gen/edgemesh/v1/PlacementRequest.ts";
import type {
  CalibrateResponse,
  CostReportResponse,
  GenerateEvent,
  GenerateRequest,
  ListModelsResponse,
  PlacementResponse,
} from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import type { Registry } from "../devices/registry.ts";
import { checkGenerateRequest } from "../llm/generate_request.ts";
import { named } from "../llm/model_name.ts";
import type { ModelGateway } from "../models/gateway.ts";
import { type PlacementParts, previewPlacement } from "../models/placement_preview.ts";
import type { PredictionLog } from "../models/prediction_log.ts";
import { checkPlanInTurns } from "../plans/check_plan.ts";
import type { CallContext } from "./call_context.ts";
import type { ServerStreamHandler, UnaryHandler } from "./interceptors.ts";

export interface ModelHandlers {
  Generate: ServerStreamHandler<GenerateRequest, GenerateEvent>;
  ListModels: UnaryHandler<unknown, ListModelsResponse>;
  Calibrate: UnaryHandler<CalibrateRequest, CalibrateResponse>;
  PreviewPlacement: UnaryHandler<PlacementRequest, PlacementResponse>;
  CostReport: UnaryHandler<CostReportRequest, CostReportResponse>;
}

export interface ModelHandlerParts {
  readonly gateway: ModelGateway;
  readonly placement: PlacementParts;
  readonly predictions: PredictionLog;
  readonly registry: Registry;
  readonly selfId: string;
}

export function modelHandlers(
  { gateway, placement, predictions, registry, selfId }: ModelHandlerParts,
): ModelHandlers {
  return {
    async Generate(request, call, send) {
      checkGenerateRequest(request);
      const end = await gateway.generate(request, {
        onStart: (start) => send(event({ start })),
        onText: (text) => send(event({ text })),
      }, limitsOf(call));
      send(event({ end }));
    },
    ListModels: () => ({ models: gateway.models() }),
    Calibrate: ({ device_id, model }, call) =>
      gateway.calibrate({ device_id: device_id || selfId, model }, limitsOf(call)),
    async PreviewPlacement({ plan, max_workers }) {
      if (max_workers < 0) throw new MeshError("INVALID_ARGUMENT", `max_workers: ${max_workers} is negative`);
      return previewPlacement(await checkPlanInTurns(plan), max_workers, placement);
    },
    CostReport({ device_id, model }) {
      if (device_id) registry.get(device_id);
      const report = predictions.report();
      const asked = named(report.map((one) => ({ name: one.model })), model)?.name ?? model;
      const errors = report
        .filter((one) => (!device_id || one.deviceId === device_id) && (!model || one.model === asked))
        .map(({ deviceId, model, generations, median, p90, correction, since }) => ({
          device_id: deviceId,
          device_name: registry.find(deviceId)?.info.device_name ?? "",
          model,
          generations,
          median_error: median,
          p90_error: p90,
          correction,
          since: Math.floor(since / 1000),
        }));
      return { errors: errors.sort((a, b) => compare(a.device_name, b.device_name) || compare(a.model, b.model)) };
    },
  };
}

function limitsOf(call: CallContext) {
  return { signal: call.signal, timeoutMs: call.remainingMs() };
}

function event(part: Partial<GenerateEvent>): GenerateEvent {
  return { start: null, text: "", end: null, ...part };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
