// Moments, spans and causes of a curtailment in words; in the site's time zone, which the story itself names.

import { UNKNOWN, kw } from "../words";
import type { CurtailmentRow, Kind, Story } from "./story";

const CAUSES: Record<Kind, string> = {
  signal: "power signal",
  contact: "utility's contact",
  schedule: "schedule",
  lease: "held by a person",
  drill: "drill",
  thermal: "heat or missing air",
  trip: "trip",
  failsafe: "a loss",
  unknown: "unknown cause",
};

/** What asked, with its name: "power signal utility". */
export function cause(one: CurtailmentRow): string {
  return one.source ? `${CAUSES[one.kind]} ${one.source}` : CAUSES[one.kind];
}

export function causeOf(kind: Kind): string {
  return CAUSES[kind];
}

export function act(name: string): string {
  return name.replace("outlet_off", "open outlet").replace("outlet_on", "close outlet").replace("_", " ");
}

/** A length of time in its two largest units. */
export function span(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  const s = Math.max(0, Math.round(seconds));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min${s % 60 ? ` ${s % 60} s` : ""}`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** The time of day at the site. */
export function clock(at: number | null, timeZone: string, seconds = true): string {
  if (at === null) return UNKNOWN;
  const parts: Intl.DateTimeFormatOptions = { timeZone, hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) };
  return new Date(at * 1000).toLocaleTimeString("en-GB", parts);
}

/** The day at the site: 2026-11-22. */
export function day(at: number, timeZone: string): string {
  return new Date(at * 1000).toLocaleDateString("en-CA", { timeZone });
}

/** The moment, with its day where the curtailment began on another. */
export function when(at: number, { timezone, curtailment }: Story): string {
  const other = day(at, timezone) === day(curtailment.from_at, timezone) ? "" : `${day(at, timezone)} `;
  return other + clock(at, timezone);
}

/** How it was confirmed, short. */
export function confirmed(one: CurtailmentRow): string {
  if (one.confirmed_s !== null) return `after ${span(one.confirmed_s)}`;
  return one.until_at === null ? "not yet" : "never";
}

/** What might stay on. */
export function atMost(one: CurtailmentRow): string {
  return one.target_kw === null ? UNKNOWN : `at most ${kw(one.target_kw)}`;
}
