import { MeshError } from "../../core/errors.ts";
import { ApiError } from "./api_error.ts";
import type { MeshModels } from "./mesh_models.ts";

/** What of a failure depends on what the mesh has now; other failures as they are. */
export function meshFailure(
  error: unknown,
  mesh: MeshModels,
  asked: { readonly deviceId: string; readonly can: "generates" | "embeds" },
): unknown {
  if (!(error instanceof MeshError)) return error;
  const { code, message } = error;
  if (code === "NOT_FOUND") {
    const isKnown = asked.deviceId === "" || mesh.models().some(({ device_id }) => device_id === asked.deviceId);
    return new ApiError(
      404,
      message,
      isKnown ? { param: "model", code: "model_not_found" } : { code: "device_not_found" },
    );
  }
  // It may come back: unlike a model that cannot do what is asked, that is worth another try.
  if (code === "FAILED_PRECONDITION" && !mesh.models().some(({ model }) => model?.[asked.can])) {
    return new ApiError(503, message, { code: "no_model" });
  }
  return error;
}
