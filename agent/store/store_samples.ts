import type { ModelRates } from "../../proto/messages.ts";
import type {
  DeviceRecord,
  JobRecord,
  Lease,
  PredictionRecord,
  TaskChange,
  TaskRecord,
  TicketRecord,
} from "./store.ts";

/** A queued job, for tests. */
export function sampleJob(jobId: string, different: Partial<JobRecord> = {}): JobRecord {
  return {
    jobId,
    text: "collect system info",
    maxWorkers: 0,
    reduce: "CONCAT",
    summary: "distributed to 2 devices in 1 group(s)",
    createdAt: 1_795_000_000_000,
    state: "QUEUED",
    finishedAt: 0,
    reason: "",
    reduced: "",
    ...different,
  };
}

/** Tasks that wait for their first attempt, with ordinals from 0. */
export function sampleTasks(count: number, input = "hello"): TaskRecord[] {
  return Array.from({ length: count }, (_, ordinal) => ({
    ordinal,
    group: 0,
    spec: {
      task_id: `t${ordinal}`,
      kind: "ECHO",
      input,
      target_device_id: "",
      prompt_tokens: 0,
      max_output_tokens: 0,
    },
    state: "QUEUED",
    timeoutMs: 250_000,
    attempt: 0,
    deviceId: "",
    deviceName: "",
    result: "",
    error: "",
    failedAttempts: [],
  }));
}

/** A task that was done at its first attempt. */
export function sampleChange(jobId: string, ordinal: number, different: Partial<TaskChange> = {}): TaskChange {
  return {
    jobId,
    ordinal,
    state: "DONE",
    attempt: 1,
    deviceId: "d1",
    deviceName: "laptop",
    result: `echo: ${ordinal}`,
    error: "",
    failedAttempts: [],
    ...different,
  };
}

/** Tasks given to a device that is known by its start. */
export function sampleLease(jobId: string, ordinals: readonly number[], deviceId = "d1"): Lease {
  return { jobId, deviceId, deviceName: "laptop", instanceId: `start of ${deviceId}`, ordinals };
}

export function sampleDevice(deviceId: string, name = "laptop"): DeviceRecord {
  const info = {
    device_id: deviceId,
    device_name: name,
    platform: "linux",
    arch: "amd64",
    has_cpu: true,
    has_gpu: false,
    has_npu: true,
    grpc_addr: "10.0.0.5:50051",
    can_screen_capture: false,
    http_addr: "10.0.0.5:8081",
    llm_prefill_toks_per_s: 812.5,
    llm_decode_toks_per_s: 41.25,
    ram_free_mb: 2048,
    has_local_model: true,
    local_model_name: "llama3.2:3b",
    local_chat_endpoint: "http://localhost:11434",
  };
  return { info, registeredAt: 1_795_000_000_000, lastSeen: 1_795_000_060_000 };
}

export function sampleRates(different: Partial<ModelRates> = {}): ModelRates {
  return {
    prefill_toks_per_s: 812.5,
    decode_toks_per_s: 41.1,
    load_ms: 2_140.25,
    overhead_ms: 18.4,
    characters_per_token: 4.21,
    output_tokens: 187.3,
    samples: 12,
    measured_at: 1_795_000_000,
    ...different,
  };
}

/** A generation that took as many ms as its number says. */
export function samplePrediction(number: number, different: Partial<PredictionRecord> = {}): PredictionRecord {
  return {
    deviceId: "d1",
    model: "llama3.2:3b",
    at: 1_795_000_000_000 + number,
    predictedMs: number + 0.5,
    uncorrectedMs: number * 1.25,
    actualMs: number,
    promptTokens: 500,
    outputTokens: 200,
    ...different,
  };
}

/** A ticket that expires so many ms after the others' beginning. */
export function sampleTicket(expires: number, different: Partial<TicketRecord> = {}): TicketRecord {
  return {
    tokenHash: `hash ${expires}`,
    expiresAt: 1_795_000_000_000 + expires,
    subject: JSON.stringify({ kind: "file", path: `büro/${expires}\n"🌍"` }),
    ...different,
  };
}
