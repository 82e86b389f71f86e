import { useEffect, useRef } from "preact/hooks";
import type { Dashboard } from "../types";
import { UNKNOWN, number } from "../words";
import { drawn, marked } from "./asked";
import { type Line, type Sample, latestAt, sampleAt } from "./lines";
import { type Content, Plot, styleOf } from "./plot";
import { type Group, cursor } from "./range";

interface ChartProps {
  group: Group;
  lines: Line[];
  csv: string[];
  feed: Dashboard;
  top: boolean;
  foot: boolean;
}

/** One group of series with its values, of the cursor's moment or the latest. */
export function Chart({ group, lines, csv, feed, top, foot }: ChartProps) {
  const unit = lines[0]?.unit ?? "";
  return (
    <section class={`chart of-${group.toLowerCase()}`}>
      <header>
        <h3>
          {group}
          {unit && <span class="unit">, {unit}</span>}
        </h3>
        {csv.map((address, index) => (
          <a key={address} href={address} download>
            CSV<span class="hidden">{` of ${group}`}</span>
            {csv.length > 1 && ` ${index + 1}`}
          </a>
        ))}
      </header>
      <Drawn group={group} lines={lines} feed={feed} top={top} foot={foot} />
      {lines.length === 0 ? <p class="calm">Nothing is stored of this time.</p> : <Values lines={lines} />}
    </section>
  );
}

function Drawn({ group, lines, feed, top, foot }: Omit<ChartProps, "csv">) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const span = drawn.value;
  const occurrences = marked.value.all;
  const content: Content = {
    lines,
    span,
    occurrences,
    top,
    foot,
    fromZero: group !== "Temperature" && group !== "Humidity",
    limits: limits(group, feed),
    feed,
  };
  useEffect(() => {
    if (place.current === null) return;
    plot.current ??= new Plot(place.current, content, (at) => (cursor.value = at));
    plot.current.draw(content);
  }, [lines, span, occurrences, top, foot, feed.timezone]);
  useEffect(() => () => plot.current?.destroy(), []);
  const pointed = cursor.value;
  useEffect(() => {
    if (top) plot.current?.cursor(pointed);
  }, [pointed, top, span]);
  return (
    <div
      class="plot"
      ref={place}
      role="img"
      aria-label={`${group}: ${lines.map((one) => one.name).join(", ") || "nothing stored"}`}
    />
  );
}

function limits(group: Group, feed: Dashboard): Content["limits"] {
  const { warn_c, shed_c, emergency_c } = feed.temperature;
  if (group === "Humidity") return [{ at: feed.humidity.limit_percent, name: "limit" }];
  return group === "Temperature"
    ? [
        { at: warn_c, name: "warning" },
        { at: shed_c, name: "load is shed" },
        { at: emergency_c, name: "trip" },
      ]
    : [];
}

function Values({ lines }: { lines: Line[] }) {
  const pointed = cursor.value;
  const sample = (line: Line) => (pointed === null ? latestAt(line, drawn.value.to) : sampleAt(line, pointed));
  const isSaid = (line: Line) => line.kind !== "part" || typeof sample(line)?.mean === "number";
  return (
    <ul class="values">
      {lines.map((line, index) => (
        <li key={line.name} hidden={!isSaid(line)}>
          <Key line={line} index={index} />
          {line.name} <Said line={line} of={sample(line)} />
        </li>
      ))}
    </ul>
  );
}

function Said({ line, of }: { line: Line; of: Sample | undefined }) {
  if (of === undefined || of.mean === null) return <span class="is-unknown">{of === undefined ? "no reading" : UNKNOWN}</span>;
  const digits = Math.abs(of.mean) < 100 ? 1 : 0;
  return (
    <>
      <strong>
        {number(of.mean, digits)}
        <span class="unit"> {line.unit}</span>
      </strong>
      {line.band && <span class="note">{` ${number(of.low, digits)} to ${number(of.high, digits)}`}</span>}
      {of.forced && <span class="is-unknown"> forced</span>}
      {of.note && <span class="is-unknown">{` ${of.note}`}</span>}
    </>
  );
}

function Key({ line, index }: { line: Line; index: number }) {
  const { colour, dash } = styleOf(line, index);
  return (
    <svg class={`key-line line-${colour}`} viewBox="0 0 20 8" aria-hidden="true">
      <path d="M0 4H20" stroke-dasharray={dash.join(" ")} />
    </svg>
  );
}
