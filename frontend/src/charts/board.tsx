import { useEffect, useRef } from "preact/hooks";
import { Panel } from "../parts";
import type { Dashboard } from "../types";
import { clock, moment } from "../words";
import { asOf, asking, buckets, drawn, keepAsking, load, marks, sensors, silentSince, told } from "./asked";
import { Chart } from "./chart";
import { type Line, linesOf, powerLines, sensorsOf } from "./lines";
import { Figures, Marked } from "./lists";
import { type Mark, at, lasted } from "./marks";
import { type Group, LIVE, cursor, follow, move, range, show, shown, zoom } from "./range";
import { Tools } from "./tools";

const NEAR = 1 / 150; // of what is shown: so near to an alarm it is meant

/** The charts of all groups that are shown, under one time axis. */
export function Board({ feed }: { feed: Dashboard }) {
  useEffect(() => {
    const unfollow = follow();
    const stop = keepAsking();
    return () => {
      stop();
      unfollow();
    };
  }, []);
  const groups = useGroups(feed);
  const silent = silentSince.value;
  return (
    <Panel title="Charts" past={silent !== null} note={asking.value ? "asking" : undefined}>
      <Tools />
      {silent !== null && (
        <p class="silent" role="status">
          {`The history does not answer since ${clock(silent)}. ${asOf.value === null ? "Nothing can be drawn." : `What is drawn is of ${moment(asOf.value)}.`}`}
        </p>
      )}
      <Pointed all={marks.value.marks} />
      <Keys>
        {groups.map(({ group, lines, csv }, index) => (
          <Chart key={group} group={group} lines={lines} csv={csv} feed={feed} top={index === 0} foot={index === groups.length - 1} />
        ))}
      </Keys>
      <Marked />
      <Figures groups={groups} />
    </Panel>
  );
}

interface Shown {
  group: Group;
  lines: Line[];
  csv: string[]; // addresses
}

/** Lines that need not be made again are kept, so that their chart is not drawn again. */
function useGroups(feed: Dashboard): Shown[] {
  const kept = useRef(new Map<Group, { from: unknown[]; lines: Line[] }>());
  const [names, stored, power, time] = [sensors.value, told.value, load.value, drawn.value];
  const known = feed.sensors.map((one) => one.name).join();
  return shown.value.map((group) => {
    const of = group === "Power" ? (power?.meters ?? []) : sensorsOf(group, names);
    const from = group === "Power" ? [power] : [names, stored, known];
    let found = kept.current.get(group);
    if (found === undefined || from.some((one, index) => one !== found?.from[index])) {
      found = { from, lines: group !== "Power" ? linesOf(group, of, stored, feed) : power ? powerLines(power) : [] };
      kept.current.set(group, found);
    }
    return { group, lines: found.lines, csv: csv(of, time.from, time.to) };
  });
}

function csv(names: string[], from: number, to: number): string[] {
  const most = 12;
  return Array.from({ length: Math.ceil(names.length / most) }, (_, part) => {
    const asked = names.slice(part * most, part * most + most).map((name) => `sensor=${encodeURIComponent(name)}&`);
    return `/api/v1/series.csv?${asked.join("")}from=${from}&to=${to}&buckets=${buckets()}`;
  });
}

/** In words what the cursor points at, or of when the values are. */
function Pointed({ all }: { all: Mark[] }) {
  const when = cursor.value;
  const { from, to } = drawn.value;
  const found = when === null ? [] : at(all, when, (to - from) * NEAR);
  return (
    <p class="pointed" aria-live="polite">
      <strong>{when === null ? (typeof range.value === "string" ? `${silentSince.value === null ? "Latest" : "Last known"}, ${moment(to)}` : `${moment(from)} to ${moment(to)}`) : moment(when, to - from <= LIVE.hour)}</strong>
      {when === null && <span class="note"> point at a moment for its values</span>}
      {found.slice(0, 3).map((one) => (
        <span key={one.from + one.short}>
          {" · "}
          {one.words}, {lasted(one)}
        </span>
      ))}
      {found.length > 3 && ` · and ${found.length - 3} more`}
    </p>
  );
}

/** The keys of the charts: + - zoom, arrows move, with shift they move the cursor, Escape goes back to the present. */
function Keys({ children }: { children: preact.ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  const point = (share: number) => {
    const { from, to } = drawn.value;
    cursor.value = Math.min(to, Math.max(from, (cursor.value ?? (share < 0 ? to : from)) + share * (to - from)));
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) event.shiftKey ? point(step / 100) : move(step / 4);
    else if (event.key === "+" || event.key === "=") zoom(2, cursor.value ?? undefined);
    else if (event.key === "-") zoom(0.5, cursor.value ?? undefined);
    else if (event.key === "Escape") cursor.value === null ? show("hour") : (cursor.value = null);
    else return;
    event.preventDefault();
  };
  const label = "Charts. Plus and minus zoom, left and right move, with shift they move the cursor, Escape goes back to live.";
  return (
    <div class="plots" ref={place} tabIndex={0} role="group" aria-label={label} onKeyDown={press}>
      {children}
    </div>
  );
}
