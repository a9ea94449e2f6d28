import { difference, percent, rate, verdict } from "../shared/figures.ts";
import { median, percentile } from "../shared/statistics.ts";
import type { Section } from "../shared/table.ts";
import { most, TITLES } from "./columns.ts";
import type { ModelMesh } from "./model_mesh.ts";
import type { Stream } from "./orders.ts";

/** What the agent may add to the time to the first token, at p50, in ms. */
const LOCAL_AIM_MS = 4;
const REMOTE_AIM_MS = 8;

/** The share of one stream's tokens/s that may be lost on the way. */
const LOSS_AIM = 0.03;

/** Requests of each way that warm it up. */
const WARM_UP = 30;

/** Of every prompt here. */
const WORDS = 20;

type Row = readonly string[];

/** One after the other, the ways in turn, so that a busy minute of the machine meets them all. */
export interface StreamCounts {
  /** Short answers of each way: for their first token. */
  readonly first: number;
  /** Long answers of each way: for their tokens/s. */
  readonly streams: number;
  /** Of a long answer. */
  readonly tokens: number;
}

/** How much later the first token comes, and how much slower the others do, than from the server itself. */
export async function measureStreams(
  mesh: ModelMesh,
  title: string,
  { first, streams, tokens }: StreamCounts,
): Promise<Section> {
  const inTurn = (rounds: number, tokens: number) =>
    mesh.client.measure("inTurn", { ways: mesh.ways, ask: { model: mesh.model, words: WORDS, tokens }, rounds });
  await inTurn(WARM_UP, 4);
  const short = await inTurn(first, 4);
  const long = await inTurn(streams, tokens);
  return {
    columns: [title, "aim", ...TITLES],
    rows: [...firstTokenRows(short), ...rateRows(long, tokens)],
  };
}

function firstTokenRows(short: readonly (readonly Stream[])[]): Row[] {
  const times = short.map((streams) => streams.map(({ firstTokenMs }) => firstTokenMs));
  const p50s = times.map(median);
  const added = p50s.map((p50) => p50 - (p50s[0] ?? NaN));
  return [
    [`first token, p50 / p95 of ${times[0]?.length}`, "", ...times.map(firstToken)],
    [
      "later than directly, at p50",
      `own ${verdict(most("local", added), LOCAL_AIM_MS, "ms")} · ` +
      `other ${verdict(most("remote", added), REMOTE_AIM_MS, "ms")}`,
      "",
      ...added.slice(1).map(difference),
    ],
  ];
}

function rateRows(long: readonly (readonly Stream[])[], tokens: number): Row[] {
  const rates = long.map((streams) => tokens / median(streams.map(({ endMs }) => endMs)) * 1000);
  const lost = rates.map((rate) => 1 - rate / (rates[0] ?? NaN));
  const worst = Math.max(...lost);
  return [
    [`tokens of an answer of ${tokens}, median of ${long[0]?.length}`, "", ...rates.map(rate)],
    ["lost, first token included", verdict(worst * 100, LOSS_AIM * 100, "%"), "", ...lost.slice(1).map(percent)],
  ];
}

/** `1.20 / 3.41 ms` */
export function firstToken(times: readonly number[]): string {
  return `${median(times).toFixed(2)} / ${percentile(times, 0.95).toFixed(2)} ms`;
}
