// What the page knows: the last feed, when it came, and since when none comes. One stream; asked for by hand when it is quiet.

import { signal } from "@preact/signals";
import { get } from "./get";
import type { Aged, Dashboard } from "./types";

const STREAM = "/api/v1/stream";
const ONCE = "/dashboard_data.json";
const TICK_MS = 500;
const ASKED_AFTER_S = 2.5; // the feed comes each second: quiet so long, it is asked for
const LOST_AFTER_S = 4; // and quiet so long, nobody is there
const ANSWER_MS = 2000;
const DEAF_S = 10; // a stream that hears nothing while the server answers is opened anew

export const feed = signal<Dashboard | null>(null);
export const lostSince = signal<number | null>(null); // Unix seconds of this browser; null while connected
export const isStranger = signal(false); // the server answers, and wants a login first
export const sinceFeedS = signal(0); // age of the feed itself, whole seconds: every age grows by it

let received = { monotonic: performance.now(), wall: Date.now() };
let streamedMs = performance.now();
let source: EventSource | null = null;
let asking = false;

/** Take a feed: the page is connected from now. */
export function receive(told: Dashboard): void {
  feed.value = told;
  received = { monotonic: performance.now(), wall: Date.now() };
  sinceFeedS.value = 0;
  lostSince.value = null;
  isStranger.value = false;
}

/** Start listening, for as long as the page is open. */
export function start(): void {
  listen();
  void ask();
  setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", tick);
}

/** Age in seconds now (null: never measured) and whether the number must be drawn as stale. */
export function freshness(of: Aged): { ageS: number | null; stale: boolean } {
  const ageS = grown(of.age_s);
  return { ageS, stale: of.stale || ageS === null || ageS > of.stale_after_s };
}

/** An age of the feed as it is now. */
export function grown(ageS: number | null): number | null {
  return ageS === null ? null : ageS + sinceFeedS.value;
}

/** Open the stream anew, as after a login: it goes on as whoever opened it. */
export function listen(): void {
  source?.close();
  const opened = new EventSource(STREAM);
  source = opened;
  streamedMs = performance.now();
  opened.addEventListener("dashboard", (event: MessageEvent<string>) => {
    streamedMs = performance.now();
    try {
      receive(JSON.parse(event.data) as Dashboard);
    } catch {
      lose();
    }
  });
  opened.onerror = () => {
    void ask();
    if (opened.readyState === EventSource.CLOSED) setTimeout(() => source === opened && listen(), 3000);
  };
}

function tick(): void {
  // A computer that slept: one of its clocks may have stood still, so the longer time counts.
  const silentS = Math.max(performance.now() - received.monotonic, Date.now() - received.wall) / 1000;
  sinceFeedS.value = Math.floor(silentS);
  if (silentS > ASKED_AFTER_S) void ask();
  if (silentS > LOST_AFTER_S) lose();
}

async function ask(): Promise<void> {
  if (asking) return;
  asking = true;
  const answer = await get<Dashboard>(ONCE, { withinMs: ANSWER_MS });
  asking = false;
  if (answer.found === null) lose(answer.status > 0 ? answer.status === 401 : undefined);
  else {
    receive(answer.found);
    if (performance.now() - streamedMs > DEAF_S * 1000) listen();
  }
}

/** A page that asks by itself instead of listening: whether what it shows is the present. */
export function setLive(isLive: boolean): void {
  lostSince.value = isLive ? null : Date.now() / 1000;
}

function lose(stranger = isStranger.value): void {
  isStranger.value = stranger;
  lostSince.value ??= Date.now() / 1000;
}
