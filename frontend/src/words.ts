// Numbers and moments as people read them. Unknown is a word, never a 0.

import { feed } from "./store";

export const UNKNOWN = "unknown";

const UNITS: Record<string, string> = { Cel: "°C", F: "°F", "%RH": "%" };

export function unitOf(unit: string): string {
  return UNITS[unit] ?? unit;
}

/** A number with as many decimals as its size deserves, or "unknown". */
export function number(value: number | null, decimals?: number): string {
  if (value === null) return UNKNOWN;
  const digits = decimals ?? (Math.abs(value) < 10 ? 1 : 0);
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function kw(value: number | null): string {
  return value === null ? UNKNOWN : `${number(value, Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0)} kW`;
}

/** A length of time in its largest one or two units. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} d`;
}

/** A moment in the site's time zone: the time today, with the day otherwise. */
export function moment(at: number | null, seconds = false): string {
  if (at === null) return UNKNOWN;
  return dayOf(at) === dayOf(feed.value?.time ?? at) ? clock(at, seconds) : `${dayOf(at)} ${clock(at, seconds)}`;
}

/** The time of day of a moment at the site. */
export function clock(at: number, seconds = false): string {
  return new Date(at * 1000).toLocaleTimeString("en-GB", { timeZone: zone(), hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) });
}

/** The day of a moment at the site: 2026-11-22. */
export function dayOf(at: number): string {
  return new Date(at * 1000).toLocaleDateString("en-CA", { timeZone: zone() });
}

function zone(): string {
  return feed.value?.timezone ?? "UTC";
}

/** Bytes in the largest unit of 1000 that fits. */
export function bytes(count: number | null): string {
  if (count === null) return UNKNOWN;
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  return `${number(count / 1000 ** power, power > 0 && count / 1000 ** power < 10 ? 1 : 0)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}

export function words(text: string): string {
  return text.replaceAll("_", " ");
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
