// The fixed data: a feed and answers for each state, written by tests/end_to_end/gallery_feeds.py. Time stands still in it.

import type { Dashboard } from "../types";
import feeds from "./feeds.json";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type State = { title: string; feed: { [key: string]: Json }; answers: { [path: string]: Json } };

const STATES = feeds as unknown as Record<string, State>;
const BASE = (STATES as { curtailed: State }).curtailed;
const REFUSAL = { type: "urn:mine:problem:refused", detail: "This is the gallery: nothing is asked of any site" };

export const NAMES = Object.entries(STATES).map(([name, { title }]) => ({ name, title }));

/** The state that the address names; the normal one when it names none. */
export function chosen(): string {
  const name = location.hash.slice(1);
  return Object.hasOwn(STATES, name) ? name : "normal";
}

export function feedOf(name: string): Dashboard {
  return unpacked(name, "feed") as unknown as Dashboard;
}

/** Answer every question of the page from the data; to what is written, and to what is not in it, with a refusal. */
export function answerFrom(name: string): void {
  const answers = unpacked(name, "answers") as State["answers"];
  window.fetch = async (asked, options) => {
    const { pathname, searchParams } = new URL(String(asked), location.href);
    const found = options?.method === "POST" ? undefined : answers[pathname];
    if (found === undefined) return Response.json(REFUSAL, { status: 409 });
    return Response.json(searchParams.has("after") || searchParams.has("before") ? { ...(found as object), events: [] } : found);
  };
}

/** Stop the clock of the browser. */
export function freeze(at: number): void {
  Date.now = () => at * 1000;
}

function unpacked(name: string, part: "feed" | "answers"): Json {
  return name === "curtailed" ? BASE[part] : merged(BASE[part], STATES[name]?.[part] ?? null);
}

function merged(base: Json | undefined, other: Json): Json {
  if (!isObject(other)) return other;
  if (Array.isArray(base)) return base.map((one, place) => merged(one, other["*"] ?? other[place] ?? one));
  if (!isObject(base)) return other;
  return { ...base, ...Object.fromEntries(Object.entries(other).map(([key, value]) => [key, merged(base[key], value)])) };
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
