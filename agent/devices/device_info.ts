import { parseHostPort } from "../config/address.ts";
import { MeshError, messageOf, UsageError } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import type { DeviceInfo, StatusSample } from "../../proto/messages.ts";

/** Most characters of a device's id. */
export const MAX_ID = 128;
/** Most characters of the other texts that a device says of itself. */
const MAX_NAME = 128;
const MAX_WORD = 64;
const MAX_MODEL = 256;
const MAX_ENDPOINT = 2048;

/**
 * What a device said of itself, checked: texts without control characters and of bounded length, a name in any case
 * (the short id where it has none), addresses that can be dialled, amounts that can be reckoned with. An id need not be a
 * UUID, since older devices have others.
 *
 * @throws {MeshError} `INVALID_ARGUMENT`, naming the field.
 */
export function checkedDeviceInfo(info: DeviceInfo): DeviceInfo {
  const id = info.device_id;
  if (id === "") throw invalid("device_id", "must not be empty");
  if (id.length > MAX_ID) throw invalid("device_id", `must have at most ${MAX_ID} characters`);
  if (!/^[^\s\p{C}]+$/u.test(id)) throw invalid("device_id", "must hold no white space and no control characters");
  return {
    device_id: id,
    device_name: text("device_name", info.device_name, MAX_NAME) || shortId(id),
    platform: text("platform", info.platform, MAX_WORD),
    arch: text("arch", info.arch, MAX_WORD),
    has_cpu: info.has_cpu,
    has_gpu: info.has_gpu,
    has_npu: info.has_npu,
    grpc_addr: address("grpc_addr", info.grpc_addr),
    can_screen_capture: info.can_screen_capture,
    http_addr: address("http_addr", info.http_addr),
    llm_prefill_toks_per_s: amount("llm_prefill_toks_per_s", info.llm_prefill_toks_per_s),
    llm_decode_toks_per_s: amount("llm_decode_toks_per_s", info.llm_decode_toks_per_s),
    ram_free_mb: amount("ram_free_mb", info.ram_free_mb),
    has_local_model: info.has_local_model,
    local_model_name: text("local_model_name", info.local_model_name, MAX_MODEL),
    local_chat_endpoint: text("local_chat_endpoint", info.local_chat_endpoint, MAX_ENDPOINT),
  };
}

/**
 * `next`, with what was measured earlier where it says 0: a device that starts again has not measured yet. Another model
 * than before has other rates, though.
 */
export function keepMeasured(next: DeviceInfo, former: DeviceInfo): DeviceInfo {
  const isOther = next.local_model_name !== "" && next.local_model_name !== former.local_model_name;
  const rates = isOther ? next : former;
  return {
    ...next,
    llm_prefill_toks_per_s: next.llm_prefill_toks_per_s || rates.llm_prefill_toks_per_s,
    llm_decode_toks_per_s: next.llm_decode_toks_per_s || rates.llm_decode_toks_per_s,
    ram_free_mb: next.ram_free_mb || former.ram_free_mb,
  };
}

/** A sample whose load is 0..1, or -1 where it is unknown or nonsense, and whose amounts are 0 where they are. */
export function cleanSample(sample: StatusSample): StatusSample {
  return {
    cpu_load: sample.cpu_load >= 0 ? Math.min(1, sample.cpu_load) : -1,
    mem_used_mb: amountOrZero(sample.mem_used_mb),
    mem_total_mb: amountOrZero(sample.mem_total_mb),
    ram_free_mb: amountOrZero(sample.ram_free_mb),
  };
}

function text(field: string, given: string, longest: number): string {
  const clean = given.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, "").trim();
  if (clean.length > longest) throw invalid(field, `must have at most ${longest} characters`);
  return clean;
}

function address(field: string, given: string): string {
  if (given === "") return "";
  try {
    parseHostPort(given);
    return given;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw invalid(field, `must be empty or HOST:PORT (${messageOf(error)})`);
  }
}

function amount(field: string, given: number): number {
  if (!Number.isFinite(given) || given < 0) throw invalid(field, "must be a number of at least 0");
  return given;
}

function amountOrZero(given: number): number {
  return Number.isFinite(given) && given > 0 ? given : 0;
}

function invalid(field: string, reason: string): MeshError {
  return new MeshError("INVALID_ARGUMENT", `${field}: ${reason}`);
}
