// What the charts are drawn from: asked for one answer at a time, given up at once when another time is chosen.

import { batch, effect, signal } from "@preact/signals";
import type { Series } from "../answers";
import { sensorsOf } from "./lines";
import { type Marks, marksOf } from "./marks";
import { type Span, present, range, shown, span } from "./range";
import type { LoadSeries, SensorRow } from "./told";

const ANSWER_MS = 15_000;
const [SOONEST_MS, LATEST_MS] = [10_000, 300_000];
const MOST_BUCKETS = 600;
const MOST_SENSORS = 12; // of one question
const SENSORS_EVERY_S = 600;

export const drawn = signal<Span>({ from: 0, to: 1 });
export const load = signal<LoadSeries | null>(null);
export const told = signal<ReadonlyMap<string, Series>>(new Map());
export const marks = signal<Marks>({ marks: [], since: 0 });
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

async function all(time: Span, given: AbortSignal): Promise<void> {
  const from = async <T>(path: string): Promise<T> => {
    const answer = await fetch(path, { signal: AbortSignal.any([given, AbortSignal.timeout(ANSWER_MS)]) });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return (await answer.json()) as T;
  };
  const within = `from=${time.from}&to=${time.to}&buckets=${buckets()}`;
  if (shown.value.includes("Power")) {
    const answer = await from<LoadSeries>(`/api/v1/series/load?${within}`);
    batch(() => {
      load.value = answer;
      draw(time);
    });
  }
  if (present() - sensorsAt > SENSORS_EVERY_S) {
    sensors.value = (await from<{ sensors: SensorRow[] }>("/api/v1/sensors")).sensors;
    sensorsAt = present();
  }
  const names = shown.value.flatMap((group) => sensorsOf(group, sensors.value));
  const found = new Map<string, Series>();
  for (let first = 0; first < names.length; first += MOST_SENSORS) {
    const query = names.slice(first, first + MOST_SENSORS).map((name) => `sensor=${encodeURIComponent(name)}&`);
    const answer = await from<{ series: Series[] }>(`/api/v1/series/several?${query.join("")}${within}`);
    for (const one of answer.series) found.set(one.sensor, one);
  }
  batch(() => {
    told.value = found;
    draw(time);
  });
  marks.value = await marksOf(time, from);
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
