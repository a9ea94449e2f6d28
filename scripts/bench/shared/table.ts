/** Some rows with the same columns. The first column says what was measured. */
export interface Section {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** For a terminal: one column under the other through all sections. */
export function textTable(sections: readonly Section[]): string {
  const widths = columnWidths(sections);
  const line = (cells: readonly string[]) => widths.map((width, at) => pad(cells[at] ?? "", width, at)).join("  ");
  return sections.map(({ columns, rows }) => {
    const lines = [line(columns), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)];
    return lines.map((text) => text.trimEnd()).join("\n");
  }).join("\n\n");
}

/** The same as Markdown. */
export function markdownTable(sections: readonly Section[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return sections.map(({ columns, rows }) => {
    const rule = columns.map((_, at) => at === 0 ? "---" : "---:");
    return [line(columns), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
  }).join("\n\n");
}

function columnWidths(sections: readonly Section[]): number[] {
  const widths: number[] = [];
  for (const row of sections.flatMap(({ columns, rows }) => [columns, ...rows])) {
    row.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, cell.length));
  }
  return widths;
}

/** Words begin where their column begins, figures end where theirs ends. */
function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
