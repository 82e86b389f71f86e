// Stored series: of several sensors in the same buckets.

import { type Got, get } from "./get";
import type { Series, SeveralSeries } from "./types";

const MOST = 12; // sensors of one question

export interface Wanted {
  names: string[]; // of sensors, device/quantity
  from: number; // Unix seconds
  to: number;
  buckets: number;
}

/** What is asked, in as many questions as it takes. */
export function questions({ names, from, to, buckets }: Wanted): string[] {
  return Array.from({ length: Math.ceil(names.length / MOST) }, (_, part) => {
    const some = names.slice(part * MOST, (part + 1) * MOST).map((name) => `sensor=${encodeURIComponent(name)}&`);
    return `${some.join("")}from=${from}&to=${to}&buckets=${buckets}`;
  });
}

/** The series by sensor; null when one question has no answer. Of what nothing is stored there is none. */
export async function severalSeries(
  wanted: Wanted,
  ask: (path: string) => Promise<Got<SeveralSeries>> = get,
): Promise<Map<string, Series> | null> {
  const told = new Map<string, Series>();
  for (const query of questions(wanted)) {
    const { found } = await ask(`/api/v1/series/several?${query}`);
    if (found === null) return null;
    for (const one of found.series) told.set(one.sensor, one);
  }
  return told;
}

const FAR = 1.6; // buckets: further apart, one is missing

/** Two values of a line further apart have nothing between them, seconds: a word counts until the next, or until it is stale. */
export function farS(bucketS: number, staleAfterS: number): number {
  return Math.max(bucketS * FAR, staleAfterS);
}
