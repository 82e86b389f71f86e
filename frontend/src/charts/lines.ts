// From answers to lines: what is drawn together, in which unit, and where a line must not be drawn because nobody saw anything.

import type { Series } from "../answers";
import type { Dashboard, SensorTile } from "../types";
import { unitOf } from "../words";
import type { Group } from "./range";
import type { LoadSeries, SensorRow } from "./told";

export interface Sample {
  at: number; // the middle of its stretch
  mean: number | null; // null: bad, or partly missing
  low: number | null;
  high: number | null;
  forced: boolean;
  note: string; // what is missing in it
}

export interface Line {
  name: string;
  unit: string;
  samples: Sample[];
  farS: number; // two samples further apart have nothing between them
  stepS: number; // of one sample
  band: boolean;
}

export const PART = "part of the site"; // while a meter is silent
const FRESH_S = 120; // of a sensor that the feed does not name
const FAR = 1.6; // buckets: further apart, one is missing
const CELSIUS = ["Cel", "F"];

/** The stored sensors of a group, by name. Power has a question of its own. */
export function sensorsOf(group: Group, known: SensorRow[]): string[] {
  const isOf: Record<Group, (one: SensorRow) => boolean> = {
    Power: () => false,
    Temperature: (one) => CELSIUS.includes(one.unit),
    Humidity: (one) => one.unit === "%RH",
    Fans: (one) => one.unit === "W" && /fan/i.test(one.quantity) && !/total/i.test(one.quantity),
    PDUs: (one) => one.unit === "kW" && one.quantity === "power",
  };
  return known.filter(isOf[group]).map((one) => one.sensor);
}

/** The lines of a group from what was told of its sensors. */
export function linesOf(group: Group, names: string[], told: ReadonlyMap<string, Series>, feed: Dashboard): Line[] {
  const found = names.flatMap((name) => told.get(name) ?? []).filter((one) => one.buckets.length > 0);
  const tiles = new Map(feed.sensors.map((one) => [one.name, one]));
  if (group === "Temperature") return temperatures(found, tiles);
  return found.map((one) => line(nameOf(one, group), [one], tiles, group === "Humidity"));
}

/** What the site draws, and what it may; a sum without all of its meters is a line of its own, never the site's. */
export function powerLines(told: LoadSeries): Line[] {
  const [whole, part, target]: [Sample[], Sample[], Sample[]] = [[], [], []];
  for (const one of told.buckets) {
    const base = { at: one.at + told.bucket_s / 2, forced: one.forced, note: "" };
    const seen = { ...base, mean: one.kw, low: one.lowest_kw, high: one.highest_kw };
    const none = { ...base, mean: null, low: null, high: null };
    whole.push(one.partial ? none : seen);
    part.push(one.partial ? { ...seen, note: "a meter is silent" } : none);
    target.push({ ...none, mean: one.target_kw, forced: false });
  }
  const common = { unit: "kW", farS: told.bucket_s * FAR, stepS: told.bucket_s };
  const lines = [{ ...common, name: "site", samples: whole, band: told.bucket_s >= 60 }];
  if (told.target_known) lines.push({ ...common, name: "target", samples: target, band: false });
  if (part.some((one) => one.mean !== null)) lines.push({ ...common, name: PART, samples: part, band: false });
  return lines;
}

/** The sample of a line at a moment; none when nothing was seen then. */
export function sampleAt(line: Line, at: number): Sample | undefined {
  let [low, high] = [0, line.samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((line.samples[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const near = [line.samples[low - 1], line.samples[low]].filter((one) => one !== undefined);
  const best = near.sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
  return best && Math.abs(best.at - at) <= line.farS ? best : undefined;
}

function temperatures(found: Series[], tiles: Map<string, SensorTile>): Line[] {
  const zones = new Map<string, Series[]>();
  const others: Series[] = [];
  for (const one of found) {
    const tile = tiles.get(one.sensor);
    if (tile && tile.role !== "exhaust" && tile.role !== "other") zones.set(tile.zone, [...(zones.get(tile.zone) ?? []), one]);
    else others.push(one);
  }
  const intakes = [...zones].map(([zone, of]) => line(`hottest intake ${zone}`.trim(), of, tiles, true));
  return [...intakes, ...others.map((one) => line(nameOf(one, "Temperature"), [one], tiles, false))];
}

function nameOf(one: Series, group: Group): string {
  const [device = "", quantity = ""] = one.sensor.split("/");
  return group === "PDUs" ? device : (one.label || quantity).replaceAll("_", " ");
}

/** One sensor, or the hottest of several: each counts until its next word, or until it is stale. */
function line(name: string, of: Series[], tiles: Map<string, SensorTile>, band: boolean): Line {
  const width = Math.max(...of.map((one) => one.bucket_s));
  const farS = Math.max(width * FAR, ...of.map((one) => tiles.get(one.sensor)?.stale_after_s ?? FRESH_S));
  const unit = of[0]?.unit === "F" ? "Cel" : (of[0]?.unit ?? "");
  const first = Math.min(...of.map((one) => one.buckets[0]?.at ?? 0));
  const steps = new Map<number, Map<Series, Sample>>();
  for (const one of of) {
    for (const { at, mean, lowest, highest, forced } of one.buckets) {
      const [low, middle, high] = [lowest, mean, highest].map((value) => celsius(value, one.unit)) as [number | null, number | null, number | null];
      const step = Math.floor((at - first) / width + 1e-6);
      const here = steps.get(step) ?? new Map<Series, Sample>();
      steps.set(step, here.set(one, { at: first + (step + 0.5) * width, mean: middle, low, high, forced, note: "" }));
    }
  }
  const last = new Map<Series, Sample>();
  const samples = [...steps].sort(([a], [b]) => a - b).map(([, here]) => {
    for (const [one, sample] of here) last.set(one, sample);
    const at = [...here.values()][0]?.at ?? 0;
    return hottest(at, [...last.values()].filter((one) => at - one.at <= farS), of.length);
  });
  return { name, unit: unitOf(unit), samples, farS, stepS: width, band: band && width >= 60 };
}

function hottest(at: number, of: Sample[], all: number): Sample {
  const known = of.filter((one) => one.mean !== null);
  const top = (pick: (one: Sample) => number | null) => (known.length === 0 ? null : Math.max(...known.map((one) => pick(one) ?? -Infinity)));
  const forced = of.some((one) => one.forced && one.at === at);
  const note = known.length < all ? `${known.length} of ${all} sensors` : "";
  return { at, mean: top((one) => one.mean), low: top((one) => one.low), high: top((one) => one.high), forced, note: known.length > 0 && all > 1 ? note : "" };
}

function celsius(value: number | null, unit: string): number | null {
  return value === null || unit !== "F" ? value : (value - 32) / 1.8;
}
