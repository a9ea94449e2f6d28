import { listed, named } from "../../llm/model_name.ts";
import { quoted } from "../../plans/quoted.ts";
import type { DeviceModel } from "../../../proto/messages.ts";
import { ApiError } from "./api_error.ts";

/** A model of the mesh as OpenAI's clients know models, with the devices that have it. */
export interface ListedModel {
  readonly id: string;
  readonly object: "model";
  /** Unix time in seconds of its latest version; 0 = unknown. */
  readonly created: number;
  readonly owned_by: "edgemesh";
  readonly devices: readonly {
    readonly device_id: string;
    readonly device_name: string;
    /** In memory now. */
    readonly loaded: boolean;
  }[];
}

/** One entry for each name, by name. */
export function modelList(models: readonly DeviceModel[]): ListedModel[] {
  const byName = Map.groupBy(models.filter(({ model }) => model !== null), ({ model }) => model?.name ?? "");
  return [...byName].toSorted(([a], [b]) => a < b ? -1 : 1).map(([id, entries]) => ({
    id,
    object: "model",
    created: Math.max(...entries.map(({ model }) => model?.modified_at ?? 0)),
    owned_by: "edgemesh",
    devices: entries.map(({ device_id, device_name, model }) => ({
      device_id,
      device_name,
      loaded: model?.loaded ?? false,
    })),
  }));
}

/** @throws {ApiError} 404, naming the models that are there */
export function listedModel(models: readonly DeviceModel[], name: string): ListedModel {
  const list = modelList(models);
  const id = named(list.map(({ id }) => ({ name: id })), name)?.name;
  const found = list.find((model) => model.id === id);
  if (found) return found;
  const there = list.length > 0 ? `there are: ${listed(list.map(({ id }) => id))}` : "there are no models";
  throw new ApiError(404, `the mesh has no model ${quoted(name)}; ${there}`, {
    param: "model",
    code: "model_not_found",
  });
}
