// From answers to lines: what is drawn together, in which unit, and where a line must not be drawn because nobody saw anything.

import { farS } from "../series";
import type { Dashboard, LoadSeries, SensorRow, SensorTile, Series } from "../types";
import { airOf, celsius, unitOf } from "../units";
import type { Group } from "./range";

export interface Sample {
  at: number; // the middle of its stretch
  mean: number | null; // null: bad, or partly missing
  low: number | null;
  high: number | null;
  forced: boolean;
  note: string; // what is missing in it
}

export interface Line {
  kind: "site" | "part" | "target" | "sensor"; // part: a sum while a meter is silent
  name: string;
  unit: string;
  samples: Sample[];
  farS: number; // two samples further apart have nothing between them
  stepS: number; // of one sample
  band: boolean;
}

const STORED_WITHIN_S = 60; // of its measurement; most often 30
const FRESH_S = 120; // of a sensor that the feed does not name

/** The stored sensors of a group, by name. Power has a question of its own. */
export function sensorsOf(group: Group, known: SensorRow[]): string[] {
  const isOf: Record<Group, (one: SensorRow) => boolean> = {
    Power: () => false,
    Temperature: (one) => airOf(one.unit) === "temperature",
    Humidity: (one) => airOf(one.unit) === "humidity",
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
  const common = { unit: "kW", farS: farS(told.bucket_s, 0), stepS: told.bucket_s, band: false };
  const lines: Line[] = [{ ...common, kind: "site", name: "site", samples: whole, band: told.bucket_s >= 60 }];
  if (told.target_known) lines.push({ ...common, kind: "target", name: "target", samples: target });
  if (part.some((one) => one.mean !== null)) lines.push({ ...common, kind: "part", name: "part of the site", samples: part });
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

/** The last sample up to a moment: what was measured since waits to be stored. */
export function latestAt(line: Line, at: number): Sample | undefined {
  return sampleAt(line, at) ?? sampleAt({ ...line, farS: STORED_WITHIN_S }, at);
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
  const far = farS(width, Math.max(...of.map((one) => tiles.get(one.sensor)?.stale_after_s ?? FRESH_S)));
  const unit = of[0]?.unit === "F" ? "Cel" : (of[0]?.unit ?? "");
  const last = new Map<Series, Sample>();
  const samples = [...stepsOf(of, width)]
    .sort(([a], [b]) => a - b)
    .map(([, here]) => {
      for (const [one, sample] of here) last.set(one, sample);
      const at = [...here.values()][0]?.at ?? 0;
      return hottest(
        at,
        [...last.values()].filter((one) => at - one.at <= far),
        of.length,
      );
    });
  return { kind: "sensor", name, unit: unitOf(unit), samples, farS: far, stepS: width, band: band && width >= 60 };
}

/** What each sensor said, by steps of one width. */
function stepsOf(of: Series[], width: number): Map<number, Map<Series, Sample>> {
  const first = Math.min(...of.map((one) => one.buckets[0]?.at ?? 0));
  const steps = new Map<number, Map<Series, Sample>>();
  for (const one of of) {
    const plain = (value: number | null) => celsius(value, one.unit);
    for (const { at, mean, lowest, highest, forced } of one.buckets) {
      const step = Math.floor((at - first) / width + 1e-6);
      const here = steps.get(step) ?? new Map<Series, Sample>();
      const middle = first + (step + 0.5) * width;
      steps.set(
        step,
        here.set(one, { at: middle, mean: plain(mean), low: plain(lowest), high: plain(highest), forced, note: "" }),
      );
    }
  }
  return steps;
}

function hottest(at: number, of: Sample[], all: number): Sample {
  const known = of.filter((one) => one.mean !== null);
  const top = (pick: (one: Sample) => number | null) =>
    known.length === 0 ? null : Math.max(...known.map((one) => pick(one) ?? -Infinity));
  const forced = of.some((one) => one.forced && one.at === at);
  const note = known.length < all ? `${known.length} of ${all} sensors` : "";
  return {
    at,
    mean: top((one) => one.mean),
    low: top((one) => one.low),
    high: top((one) => one.high),
    forced,
    note: known.length > 0 && all > 1 ? note : "",
  };
}
