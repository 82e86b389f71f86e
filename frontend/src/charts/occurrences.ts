// What is marked in the charts: curtailments with what asked for them, and alarms, each from when to when.

import { atMost, cause } from "../event/told";
import type { AlarmRow, Alarms, CurtailmentRow, Curtailments } from "../types";
import { capital, moment } from "../words";
import type { Span } from "./range";

export interface Occurrence {
  from: number;
  to: number | null; // null: it lasts
  kind: "curtailment" | AlarmRow["priority"];
  short: string;
  words: string;
  link: string;
}

export interface Occurrences {
  all: Occurrence[]; // the newest first
  since: number; // before it they are not told of: there were too many
}

const MOST = 100; // curtailments
const ALARM_ROWS = 1000;

/** Those that reach into a time. Throws when the history does not answer. */
export async function occurrencesIn({ from, to }: Span, ask: <T>(path: string) => Promise<T>): Promise<Occurrences> {
  const off = await ask<Curtailments>(`/api/v1/curtailments?from=${from}&to=${to}&limit=${MOST}`);
  const alarmed = await ask<Alarms>(`/api/v1/alarms/history?limit=${ALARM_ROWS}`);
  const alarms = alarmsOf(alarmed.alarms).filter((one) => one.from < to && (one.to ?? to) > from);
  const oldest = alarmed.alarms.length < ALARM_ROWS ? from : Date.parse(alarmed.alarms[0]?.timestamp ?? "") / 1000;
  const since = Math.max(from, oldest, off.more ? (off.curtailments.at(-1)?.from_at ?? from) : from);
  return { all: [...off.curtailments.map(curtailed), ...alarms].sort((a, b) => b.from - a.from), since };
}

/** What is marked at a moment, alarms within `near` seconds. */
export function at(all: Occurrence[], moment: number, near: number): Occurrence[] {
  const isWithin = ({ from, to }: Occurrence) => moment >= from - near && moment <= (to ?? Infinity) + near;
  return all.filter((one) => (one.kind === "curtailment" ? isWithin(one) : Math.abs(one.from - moment) <= near));
}

/** From when to when, in the site's time. */
export function lasted({ from, to }: Occurrence): string {
  return to === null ? `since ${moment(from)}` : `${moment(from)} to ${moment(to)}`;
}

function curtailed(one: CurtailmentRow): Occurrence {
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

/** From rises and falls, the oldest first: what has no fall lasts. */
function alarmsOf(rows: AlarmRow[]): Occurrence[] {
  const open = new Map<string, Occurrence>();
  const found: Occurrence[] = [];
  for (const row of rows) {
    const stands = open.get(row.key);
    if (row.active && !stands && row.kind !== "heartbeat") {
      const risen = alarm(row);
      open.set(row.key, risen);
      found.push(risen);
    } else if (!row.active && stands) {
      stands.to = Date.parse(row.timestamp) / 1000;
      open.delete(row.key);
    }
  }
  return found;
}

function alarm({ key, kind, priority, since, cause: why }: AlarmRow): Occurrence {
  return { from: Date.parse(since) / 1000, to: null, kind: priority, short: key, words: `${capital(kind)}: ${why}`, link: "" };
}
