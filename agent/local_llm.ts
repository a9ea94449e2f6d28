import type { LlmConfig } from "./config/config.ts";
import { DEFAULT_OLLAMA } from "./config/llm_settings.ts";
import type { Component } from "./core/lifecycle.ts";
import { passProxyForLoopback } from "./config/no_proxy.ts";
import { LocalGeneration } from "./llm/local_generation.ts";
import { LocalModels } from "./llm/local_models.ts";
import { MeasuredRates } from "./llm/model_rates.ts";
import { OllamaServer } from "./llm/ollama.ts";
import { OpenAiEndpoint } from "./llm/openai_endpoint.ts";
import type { Store } from "./store/store.ts";

/** This device's own models. */
export interface LocalLlm {
  readonly generation: LocalGeneration;
  /** In the order in which they are started. */
  readonly components: readonly Component[];
}

/** @param store keeps what was measured */
export async function localLlm(config: LlmConfig, store: Store): Promise<LocalLlm> {
  const { ollama, openaiEndpoint, parallel, queue } = config;
  passProxyForLoopback();
  const servers = [new OllamaServer(ollama), ...(openaiEndpoint ? [new OpenAiEndpoint(openaiEndpoint)] : [])];
  const models = new LocalModels(servers, { areNamed: ollama !== DEFAULT_OLLAMA || openaiEndpoint !== "" });
  const rates = new MeasuredRates(store, await store.modelRates());
  const generation = new LocalGeneration({ models, rates, parallel, queue });
  return { generation, components: [rates, models, generation] };
}
