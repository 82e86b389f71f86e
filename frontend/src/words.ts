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
  const timeZone = feed.value?.timezone ?? "UTC";
  const day = (unix: number) => new Date(unix * 1000).toLocaleDateString("en-CA", { timeZone });
  const time = new Date(at * 1000).toLocaleTimeString("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
  });
  return day(at) === day(feed.value?.time ?? at) ? time : `${day(at)} ${time}`;
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
