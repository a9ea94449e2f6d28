/** The ways to a model that stand beside each other, and which of them go through the agent, to which device. */
export const COLUMNS = [
  { title: "directly", to: "server" },
  { title: "HTTP, own device", to: "local" },
  { title: "Generate, own device", to: "local" },
  { title: "HTTP, other device", to: "remote" },
  { title: "Generate, other device", to: "remote" },
] as const;

export type To = (typeof COLUMNS)[number]["to"];

export const TITLES: readonly string[] = COLUMNS.map(({ title }) => title);

/** The largest of the figures of ways to one place. */
export function most(to: To, figures: readonly number[]): number {
  return Math.max(...figures.filter((_, at) => COLUMNS[at]?.to === to));
}
