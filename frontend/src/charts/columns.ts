// Lines as uPlot takes them: one column of moments for all, null where nobody saw anything, undefined where a line just goes on.

import type { AlignedData } from "uplot";
import type { Line } from "./lines";
import type { Span } from "./range";

type Column = (number | null | undefined)[];

/** The moments, then of each line its means, and with a band its lowest and highest. */
export function columns(lines: Line[], span: Span): AlignedData {
  const tables = lines.map(table);
  const moments = [...new Set([span.from, ...tables.flatMap((one) => [...one.keys()]), span.to])].sort((a, b) => a - b);
  const rows = tables.flatMap((one, index) => {
    const parts = lines[index]?.band ? [0, 1, 2] : [0];
    return parts.map((part): Column => moments.map((at) => one.get(at)?.[part]));
  });
  return [moments, ...rows] as AlignedData;
}

function table({ samples, farS }: Line): Map<number, (number | null)[]> {
  const found = new Map<number, (number | null)[]>();
  let last: number | null = null;
  for (const { at, mean, low, high } of samples) {
    if (last !== null && at - last > farS) found.set((at + last) / 2, [null, null, null]);
    found.set(at, [mean, low, high]);
    last = at;
  }
  return found;
}
