// Which time is shown: one that follows the present, or one that was chosen. It stands in the address: a link shows the same.

import { signal } from "@preact/signals";
import { feed, sinceFeedS } from "../store";

const HOUR_S = 3600;
const DAY_S = 86_400;
export const LIVE = {
  hour: HOUR_S,
  "6h": 6 * HOUR_S,
  day: DAY_S,
  week: 7 * DAY_S,
  month: 30 * DAY_S,
  year: 365 * DAY_S,
} as const;
export type Live = keyof typeof LIVE;
export const NAMES: Record<Live, string> = { hour: "Hour", "6h": "6 h", day: "Day", week: "Week", month: "Month", year: "Year" };
export const GROUPS = ["Power", "Temperature", "Humidity", "Fans", "PDUs"] as const;
export type Group = (typeof GROUPS)[number];

const LEAST_S = 60;
const MOST_S = 400 * DAY_S;

export interface Span {
  from: number; // Unix seconds
  to: number;
}

export const range = signal<Live | Span>("hour");
export const cursor = signal<number | null>(null); // the moment that is pointed at
export const shown = signal<Group[]>(["Power", "Temperature"]);

/** The present of the site's clock. */
export function present(): number {
  return (feed.peek()?.time ?? Date.now() / 1000) + sinceFeedS.peek();
}

/** From when to when, now. */
export function span(): Span {
  const chosen = range.value;
  if (typeof chosen !== "string") return chosen;
  const to = Math.floor(present());
  return { from: to - LIVE[chosen], to };
}

/** Show a time: one that is too short, too long or not over yet is moved to what can be shown. */
export function show(wanted: Live | Span): void {
  range.value = typeof wanted === "string" ? wanted : allowed(wanted);
  write();
}

/** Closer by a factor, or further off below 1, about a moment. */
export function zoom(factor: number, about?: number): void {
  const { from, to } = span();
  const at = about ?? (from + to) / 2;
  show({ from: at - (at - from) / factor, to: at + (to - at) / factor });
}

/** Earlier (below 0) or later, by a share of what is shown. */
export function move(share: number): void {
  const { from, to } = span();
  show({ from: from + share * (to - from), to: to + share * (to - from) });
}

/** Show a group of series, or leave it out; one stays. */
export function toggle(group: Group): void {
  const left = GROUPS.filter((one) => (one === group) !== shown.value.includes(one));
  if (left.length > 0) shown.value = left;
  write();
}

/** The range of the address, now and whenever somebody changes it there. Returns how to stop. */
export function follow(): () => void {
  read();
  addEventListener("hashchange", read);
  return () => removeEventListener("hashchange", read);
}

function allowed({ from, to }: Span): Span {
  const length = Math.min(Math.max(to - from, LEAST_S), MOST_S);
  const middle = (from + to) / 2;
  const end = Math.min(middle + length / 2, Math.floor(present()));
  return { from: Math.max(0, Math.floor(end - length)), to: Math.ceil(end) };
}

function read(): void {
  const said = new URLSearchParams(location.hash.slice(1));
  const name = said.get("range") ?? "";
  const [from = Number.NaN, to = Number.NaN] = name.split("-").map(Number);
  if (Object.hasOwn(LIVE, name)) range.value = name as Live;
  else if (from >= 0 && to > from) range.value = allowed({ from, to });
  const groups = said.get("show")?.split(",") ?? [];
  const known = GROUPS.filter((one) => groups.includes(one.toLowerCase()));
  if (known.length > 0) shown.value = known;
}

function write(): void {
  const chosen = range.value;
  const name = typeof chosen === "string" ? chosen : `${chosen.from}-${chosen.to}`;
  history.replaceState(null, "", `#range=${name}&show=${shown.value.join(",").toLowerCase()}`);
}
