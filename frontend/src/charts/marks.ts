// What is marked in the charts: curtailments with what asked for them, and alarms, each from when to when.

import type { CurtailmentRow, Curtailments } from "../event/story";
import { atMost, cause } from "../event/told";
import { capital, moment } from "../words";
import type { Span } from "./range";
import type { AlarmRow } from "./told";

export interface Mark {
  from: number;
  to: number | null; // null: it lasts
  kind: "curtailment" | "warning" | "emergency";
  short: string;
  words: string;
  link: string;
}

export interface Marks {
  marks: Mark[]; // the newest first
  since: number; // before it they are not told of: there were too many
}

const MOST = 100; // curtailments
const ALARM_ROWS = 1000;

/** Those that reach into a time. Throws when the history does not answer. */
export async function marksOf({ from, to }: Span, ask: <T>(path: string) => Promise<T>): Promise<Marks> {
  const off = await ask<Curtailments>(`/api/v1/curtailments?from=${from}&to=${to}&limit=${MOST}`);
  const rung = await ask<{ alarms: AlarmRow[] }>(`/api/v1/alarms/history?limit=${ALARM_ROWS}`);
  const alarms = alarmsOf(rung.alarms).filter((one) => one.from < to && (one.to ?? to) > from);
  const oldest = rung.alarms.length < ALARM_ROWS ? from : Date.parse(rung.alarms[0]?.timestamp ?? "") / 1000;
  const since = Math.max(from, oldest, off.more ? (off.curtailments.at(-1)?.from_at ?? from) : from);
  return { marks: [...off.curtailments.map(curtailed), ...alarms].sort((a, b) => b.from - a.from), since };
}

/** What is marked at a moment, alarms within `near` seconds. */
export function at(marks: Mark[], moment: number, near: number): Mark[] {
  return marks.filter((one) => (one.kind === "curtailment" ? moment >= one.from - near && moment <= (one.to ?? Infinity) + near : Math.abs(one.from - moment) <= near));
}

/** From when to when, in the site's time. */
export function lasted({ from, to }: Mark): string {
  return to === null ? `since ${moment(from)}` : `${moment(from)} to ${moment(to)}`;
}

function curtailed(one: CurtailmentRow): Mark {
  const drill = one.exercised ? ", exercise" : "";
  return {
    from: one.from_at,
    to: one.until_at,
    kind: "curtailment",
    short: one.exercised ? "exercise" : (one.source ?? one.kind),
    words: `Curtailed: ${cause(one)}, ${atMost(one)}${drill}`,
    link: `/event.html?id=${one.id}`,
  };
}

function alarmsOf(rows: AlarmRow[]): Mark[] {
  const open = new Map<string, Mark>();
  const found: Mark[] = [];
  for (const { key, active, kind, since, timestamp, cause: why } of rows) {
    const stands = open.get(key);
    if (active && !stands && kind !== "heartbeat") {
      const mark: Mark = { from: Date.parse(since) / 1000, to: null, kind: kind === "emergency" ? kind : "warning", short: key, words: `${capital(kind)}: ${why}`, link: "" };
      open.set(key, mark);
      found.push(mark);
    } else if (!active && stands) {
      stands.to = Date.parse(timestamp) / 1000;
      open.delete(key);
    }
  }
  return found;
}
