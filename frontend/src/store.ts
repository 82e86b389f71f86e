// What the page knows: the last feed, when it came, and since when none comes. One stream while the page is seen; asked for by
// hand when it is quiet, and once a second where there is no place for one more stream.

import { signal } from "@preact/signals";
import { get } from "./get";
import type { Aged, Dashboard } from "./types";

const STREAM = "/api/v1/stream";
const ONCE = "/dashboard_data.json";
const TICK_MS = 500;
const ASKED_AFTER_S = 2.5; // the feed comes each second: quiet so long, it is asked for
const ALONE_S = 1; // and so often where nothing streams
const UNSEEN_S = 10; // and so often, for the title of its tab, while nobody sees the page
const LOST_AFTER_S = 4; // and quiet so long, nobody is there
const ANSWER_MS = 2000;
const DOZED_S = 90;
const DEAF_S = 10; // a stream that hears nothing, or was refused, while the server answers is opened anew

export const feed = signal<Dashboard | null>(null);
export const lostSince = signal<number | null>(null); // Unix seconds of this browser; null while connected
export const isStranger = signal(false); // the server answers, and wants a login first
export const sinceFeedS = signal(0); // age of the feed itself, whole seconds: every age grows by it

let received = { monotonic: performance.now(), wall: Date.now() };
let streamedMs = performance.now();
let source: EventSource | null = null;
let asking = false;
let seenMs = -Infinity; // since when the page is seen again

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
  if (!document.hidden) listen();
  void ask();
  setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", look);
}

// A tab that nobody sees leaves its place to one that is: a browser has few connections for all of its tabs together.
function look(): void {
  source?.close();
  source = null;
  if (document.hidden) return;
  seenMs = performance.now();
  listen();
  void ask();
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

/** Open the stream anew, if there is one, as after a login: it goes on as whoever opened it. */
export function listenAnew(): void {
  if (source !== null) listen();
}

function listen(): void {
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
  opened.onerror = () => void ask();
}

function tick(): void {
  // A computer that slept: one of its clocks may have stood still, so the longer time counts.
  const silentS = Math.max(performance.now() - received.monotonic, Date.now() - received.wall) / 1000;
  sinceFeedS.value = Math.floor(silentS);
  if (silentS > patienceS()) void ask();
  if (silentS > (isJustSeen() ? DOZED_S : LOST_AFTER_S)) lose();
}

// Where nobody sees the page its clock may run once a minute: there, and just after, no feed means less than no answer.
function isJustSeen(): boolean {
  return document.hidden || performance.now() - seenMs < LOST_AFTER_S * 1000;
}

function patienceS(): number {
  if (document.hidden) return UNSEEN_S;
  return lostSince.value === null && source?.readyState === EventSource.CLOSED ? ALONE_S : ASKED_AFTER_S;
}

async function ask(): Promise<void> {
  if (asking) return;
  asking = true;
  const answer = await get<Dashboard>(ONCE, { withinMs: ANSWER_MS });
  asking = false;
  if (answer.found === null) lose(answer.status > 0 ? answer.status === 401 : undefined);
  else {
    receive(answer.found);
    if (performance.now() - streamedMs > DEAF_S * 1000) listenAnew();
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
