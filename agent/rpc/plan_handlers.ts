import type { PlanCostRequest__Output as PlanCostRequest } from "../../proto/gen/edgemesh/PlanCostRequest.ts";
import type { PlanPreviewRequest__Output as PlanPreviewRequest } from "../../proto/gen/edgemesh/PlanPreviewRequest.ts";
import type { DeviceInfo, PlanCostResponse, PlanPreviewResponse } from "../../proto/messages.ts";
import { MeshError } from "../core/errors.ts";
import { type Registry, takesWork } from "../devices/registry.ts";
import { checkPlan } from "../plans/check_plan.ts";
import { estimatePlanCost } from "../plans/cost.ts";
import { hasModel, type ModelHost } from "../plans/cost_profile.ts";
import type { Planner } from "../plans/planner.ts";
import type { UnaryHandler } from "./interceptors.ts";

export interface PlanHandlers {
  PreviewPlan: UnaryHandler<PlanPreviewRequest, PlanPreviewResponse>;
  PreviewPlanCost: UnaryHandler<PlanCostRequest, PlanCostResponse>;
}

export interface PlanHandlerParts {
  readonly registry: Registry;
  readonly planner: Planner;
  /** A device with what is known of its model. */
  readonly hostOf: (device: Readonly<DeviceInfo>) => ModelHost;
}

export function planHandlers({ registry, planner, hostOf }: PlanHandlerParts): PlanHandlers {
  return {
    PreviewPlan({ text, max_workers }, call) {
      if (!text.trim()) throw new MeshError("INVALID_ARGUMENT", "text: is empty");
      const devices = registry.online().filter(takesWork).map((entry) => entry.info);
      return planner.plan({ text, maxWorkers: max_workers, devices }, call.signal);
    },
    PreviewPlanCost({ plan, device_ids }) {
      const checked = checkPlan(plan);
      const entries = device_ids.length > 0
        ? [...new Set(device_ids)].map((id) => registry.get(id))
        : registry.online();
      const devices = entries.map(({ info, online, sample }) => ({
        ...hostOf(info),
        online,
        load: sample?.cpu_load ?? -1,
      }));
      const modelsKnown = [...devices, ...registry.online().map(({ info }) => hostOf(info))].some(hasModel);
      return estimatePlanCost(checked, devices, modelsKnown);
    },
  };
}
