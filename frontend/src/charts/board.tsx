import { useEffect, useRef } from "preact/hooks";
import { Panel } from "../parts";
import { questions } from "../series";
import type { Dashboard } from "../types";
import { clock, duration, moment } from "../words";
import { asOf, asking, buckets, drawn, keepAsking, load, marked, sensors, silentSince, told } from "./asked";
import { Chart } from "./chart";
import { type Line, linesOf, powerLines, sensorsOf } from "./lines";
import { Figures, Marked } from "./lists";
import { type Occurrence, at, lasted } from "./occurrences";
import { type Group, LIVE, cursor, follow, move, range, show, shown, zoom } from "./range";
import { Tools } from "./tools";

const NEAR = 1 / 150; // of what is shown: so near to an alarm it is meant
const LONG_S = 300; // a mean of so long is no latest value

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
      {silent !== null && <Silent since={silent} />}
      <Pointed all={marked.value.all} stepS={Math.max(...groups.flatMap(({ lines }) => lines.map((one) => one.stepS)))} />
      <Keys>
        {groups.map(({ group, lines, csv }, index) => (
          <Chart
            key={group}
            group={group}
            lines={lines}
            csv={csv}
            feed={feed}
            top={index === 0}
            foot={index === groups.length - 1}
          />
        ))}
      </Keys>
      <Marked />
      <Figures groups={groups} />
    </Panel>
  );
}

function Silent({ since }: { since: number }) {
  const drawnOf = asOf.value === null ? "Nothing can be drawn." : `What is drawn is of ${moment(asOf.value)}.`;
  return (
    <p class="silent" role="status">
      {`The history does not answer since ${clock(since)}. ${drawnOf}`}
    </p>
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
    return {
      group,
      lines: found.lines,
      csv: questions({ names: of, ...time, buckets: buckets() }).map((query) => `/api/v1/series.csv?${query}`),
    };
  });
}

/** In words what the cursor points at, or of when the values are. */
function Pointed({ all, stepS }: { all: Occurrence[]; stepS: number }) {
  const when = cursor.value;
  const { from, to } = drawn.value;
  const latest = stepS > LONG_S ? `Mean of the ${duration(stepS)} to` : "Latest,";
  const found = when === null ? [] : at(all, when, (to - from) * NEAR);
  return (
    <p class="pointed" aria-live="polite">
      <strong>
        {when === null
          ? typeof range.value === "string"
            ? `${silentSince.value === null ? latest : "Last known,"} ${moment(to)}`
            : `${moment(from)} to ${moment(to)}`
          : moment(when, to - from <= LIVE.hour)}
      </strong>
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
