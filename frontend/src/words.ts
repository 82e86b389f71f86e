// Numbers and moments as people read them. Unknown is a word, never a 0.

import { feed } from "./store";

export const UNKNOWN = "unknown";

/** A number with as many decimals as its size deserves, or "unknown". */
export function number(value: number | null, decimals?: number): string {
  if (value === null) return UNKNOWN;
  const digits = decimals ?? (Math.abs(value) < 10 ? 1 : 0);
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A load, rounded as the sentences of the site round it: half to even. */
export function kw(value: number | null): string {
  if (value === null) return UNKNOWN;
  const digits = Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0;
  const even = digits === 0 && Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : value;
  return `${number(even, digits)} kW`;
}

const LENGTHS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** A length of time in its largest unit, of which there are two at least; `fine` adds the next smaller one. */
export function duration(seconds: number, fine = false): string {
  const whole = Math.max(0, fine ? Math.round(seconds) : Math.floor(seconds));
  const first = LENGTHS.findIndex(([length]) => whole >= 2 * length || length === 1);
  const [length, name] = LENGTHS[first] ?? [1, "s"];
  const [next, small] = LENGTHS[first + 1] ?? [0, ""];
  const rest = next > 0 ? Math.floor((whole % length) / next) : 0;
  return `${Math.floor(whole / length)} ${name}${fine && (rest > 0 || next > 1) ? ` ${rest} ${small}` : ""}`;
}

const YOUNG_S = 10; // every meter is asked more often

/** The age of what still counts although its meter was asked again since; "" where it is of the present. */
export function oldAge(ageS: number | null): string {
  return ageS === null || ageS <= YOUNG_S ? "" : duration(ageS);
}

/** A moment in the time zone: the time of `today`, with the day otherwise. */
export function moment(at: number | null, seconds = false, today = feed.value?.time, timeZone = zone()): string {
  if (at === null) return UNKNOWN;
  const day = dayOf(at, timeZone);
  return day === dayOf(today ?? at, timeZone) ? clock(at, seconds, timeZone) : `${day} ${clock(at, seconds, timeZone)}`;
}

/** The time of day of a moment. */
export function clock(at: number, seconds = false, timeZone = zone()): string {
  const parts: Intl.DateTimeFormatOptions = {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
  };
  return new Date(at * 1000).toLocaleTimeString("en-GB", parts);
}

/** The day of a moment: 2026-11-22. */
export function dayOf(at: number, timeZone = zone()): string {
  return new Date(at * 1000).toLocaleDateString("en-CA", { timeZone });
}

function zone(): string {
  return feed.value?.timezone ?? "UTC";
}

/** Bytes in the largest unit of 1000 that fits. */
export function bytes(count: number | null): string {
  if (count === null) return UNKNOWN;
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  const shown = count / 1000 ** power;
  return `${number(shown, power > 0 && shown < 10 ? 1 : 0)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}

export function words(text: string): string {
  return text.replaceAll("_", " ");
}

/** A trip by its key: "over-temperature, zone east". */
export function tripName(key: string): string {
  return words(key.replace(/^over_temperature_/, "over-temperature, zone "));
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function yesNo(value: boolean | null): string {
  return value === null ? UNKNOWN : value ? "yes" : "no";
}
