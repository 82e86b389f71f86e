// What the charts are drawn from: asked for one answer at a time, given up at once when another time is chosen.

import { batch, effect, signal } from "@preact/signals";
import { get } from "../get";
import { severalSeries } from "../series";
import type { LoadSeries, SensorRow, Sensors, Series, SeveralSeries } from "../types";
import { sensorsOf } from "./lines";
import { type Occurrences, occurrencesIn } from "./occurrences";
import { type Span, present, range, shown, span } from "./range";

const ANSWER_MS = 15_000;
const [SOONEST_MS, LATEST_MS] = [10_000, 300_000];
const MOST_BUCKETS = 600;
const SENSORS_EVERY_S = 600;

export const drawn = signal<Span>({ from: 0, to: 1 });
export const load = signal<LoadSeries | null>(null);
export const told = signal<ReadonlyMap<string, Series>>(new Map());
export const marked = signal<Occurrences>({ all: [], since: 0 });
export const sensors = signal<SensorRow[]>([]);
export const asking = signal(false);
export const silentSince = signal<number | null>(null); // the history does not answer
export const asOf = signal<number | null>(null); // of when what is drawn is

let under: AbortController | null = null;
let timer = 0;
let dueMs = 0;
let sensorsAt = -Infinity;

/** Ask now and again while the page is seen. Returns how to stop. */
export function keepAsking(): () => void {
  const stop = effect(() => {
    draw(span());
    void shown.value;
    void ask();
  });
  const seen = () => !document.hidden && Date.now() >= dueMs && void ask();
  document.addEventListener("visibilitychange", seen);
  return () => {
    stop();
    under?.abort();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** In how many buckets a time is asked for: about one a pixel of a phone. */
export function buckets(): number {
  return Math.min(MOST_BUCKETS, Math.max(240, innerWidth - 60));
}

async function ask(): Promise<void> {
  under?.abort();
  clearTimeout(timer);
  const mine = new AbortController();
  under = mine;
  asking.value = true;
  try {
    await all(span(), mine.signal);
    silentSince.value = null;
    asOf.value = present();
  } catch {
    if (!mine.signal.aborted) silentSince.value ??= present();
  }
  if (under !== mine) return;
  asking.value = false;
  again();
}

/** All answers, drawn as they come. Throws when one is missing. */
async function all(time: Span, signal: AbortSignal): Promise<void> {
  const ask = <T>(path: string) => get<T>(path, { withinMs: ANSWER_MS, signal });
  const need = async <T>(path: string): Promise<T> => {
    const { found } = await ask<T>(path);
    if (found === null) throw new Error(`no ${path}`);
    return found;
  };
  if (shown.value.includes("Power")) {
    const answer = await need<LoadSeries>(`/api/v1/series/load?from=${time.from}&to=${time.to}&buckets=${buckets()}`);
    batch(() => {
      load.value = answer;
      draw(time);
    });
  }
  if (present() - sensorsAt > SENSORS_EVERY_S) {
    sensors.value = (await need<Sensors>("/api/v1/sensors")).sensors;
    sensorsAt = present();
  }
  const names = shown.value.flatMap((group) => sensorsOf(group, sensors.value));
  const found = await severalSeries({ names, ...time, buckets: buckets() }, ask<SeveralSeries>);
  if (found === null) throw new Error("no series");
  batch(() => {
    told.value = found;
    draw(time);
  });
  marked.value = await occurrencesIn(time, need);
}

/** Draw this time; the same one again is no reason to draw anything anew. */
function draw(time: Span): void {
  const { from, to } = drawn.peek();
  if (time.from !== from || time.to !== to) drawn.value = time;
}

/** A time that follows the present is asked for again, and so is any while the history is silent. */
function again(): void {
  const { from, to } = span();
  const live = typeof range.value === "string";
  if (!live && silentSince.value === null) return;
  const waitMs = silentSince.value === null ? Math.min(LATEST_MS, Math.max(SOONEST_MS, ((to - from) / 360) * 1000)) : SOONEST_MS;
  dueMs = Date.now() + waitMs;
  timer = setTimeout(() => !document.hidden && void ask(), waitMs);
}
