// What the page knows: the last feed, when it came, and since when none comes. One stream; asked for by hand when it is quiet.

import { signal } from "@preact/signals";
import type { Aged, Dashboard } from "./types";

const STREAM = "/api/v1/stream";
const ONCE = "/dashboard_data.json";
const QUIET_S = 10; // then the feed is asked for, and without an answer the connection is lost
const ANSWER_S = 5;

export const feed = signal<Dashboard | null>(null);
export const lostSince = signal<number | null>(null); // Unix seconds of this browser; null while connected
export const sinceFeedS = signal(0); // age of the feed itself: every age grows by it

let received = { monotonic: performance.now(), wall: Date.now() };
let asking = false;

/** Take a feed: the page is connected from now. */
export function receive(text: string): void {
  feed.value = JSON.parse(text) as Dashboard;
  received = { monotonic: performance.now(), wall: Date.now() };
  sinceFeedS.value = 0;
  lostSince.value = null;
}

/** Start listening, for as long as the page is open. */
export function start(): void {
  listen();
  void ask();
  setInterval(tick, 1000);
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

function listen(): void {
  const source = new EventSource(STREAM);
  source.addEventListener("dashboard", (event: MessageEvent<string>) => tryReceive(event.data));
  source.onerror = () => {
    void ask();
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

function tick(): void {
  // A computer that slept: one of its clocks may have stood still, so the longer time counts.
  const sinceMs = Math.max(performance.now() - received.monotonic, Date.now() - received.wall);
  sinceFeedS.value = sinceMs / 1000;
  if (sinceFeedS.value > QUIET_S) void ask();
}

async function ask(): Promise<void> {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(ONCE, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_S * 1000) });
    if (answer.ok) tryReceive(await answer.text());
    else lose();
  } catch {
    lose();
  } finally {
    asking = false;
  }
}

function tryReceive(text: string): void {
  try {
    receive(text);
  } catch {
    lose();
  }
}

function lose(): void {
  lostSince.value ??= Date.now() / 1000;
}
