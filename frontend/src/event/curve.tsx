import { useEffect, useRef, useState } from "preact/hooks";
import { kw, number } from "../words";
import { type Frame, marks, measured, missing, moments, steps, x, y } from "./scale";
import type { Curve, Story } from "./story";
import { clock } from "./told";

export interface Flag {
  letter: string;
  at: number;
  what: string;
}

/** What is marked on the drawings, in the order of time. */
export function flags(story: Story): Flag[] {
  const found: [string, number | null, string][] = [
    ["A", story.curtailment.from_at, "asked"],
    ["L", story.last_sent_at, "last command that takes load off"],
    ["C", story.proof.at, "confirmed by measurement"],
    ["R", story.released_at, "released: load returns"],
    ["E", story.curtailment.until_at, "load is free again"],
  ];
  return found.flatMap(([letter, at, what]) => (at === null ? [] : [{ letter, at, what }])).sort((a, b) => a.at - b.at);
}

interface DrawingProps {
  story: Story;
  title: string;
  from: number;
  until: number;
}

/** Load over a stretch of time: measured, what was allowed, what had been released; and what happened when. */
export function Drawing({ story, title, from, until }: DrawingProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    if (place.current === null) return;
    const size = new ResizeObserver(([entry]) => entry && setWidth(Math.max(240, Math.round(entry.contentRect.width))));
    size.observe(place.current);
    return () => size.disconnect();
  }, []);
  const shown = flags(story).filter((flag) => flag.at >= from && flag.at <= until);
  const ticks = marks(highest(story.curve, from, until));
  const frame: Frame = { from, until, top: ticks.at(-1) ?? 1, width, height: 240, left: 46, bottom: 24, above: 26 };
  return (
    <figure class="drawing" ref={place}>
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${width} ${frame.height}`} role="img" aria-label={spoken(story, title, shown)}>
        <Grid frame={frame} ticks={ticks} timezone={story.timezone} />
        {missing(story.curve.points, from, Math.min(until, story.now_at)).map((gap) => (
          <rect key={gap.from} class="missing" x={x(frame, gap.from)} y={frame.above} width={Math.max(1, x(frame, gap.until) - x(frame, gap.from))} height={frame.height - frame.above - frame.bottom} />
        ))}
        <path class="setpoint" d={steps(frame, story.curve.setpoint)} />
        <path class="target" d={steps(frame, story.curve.target)} />
        <path class="partial" d={measured(frame, story.curve.points, true)} />
        <path class="measured" d={measured(frame, story.curve.points, false)} />
        <Flags frame={frame} flags={shown} />
      </svg>
    </figure>
  );
}

function Grid({ frame, ticks, timezone }: { frame: Frame; ticks: number[]; timezone: string }) {
  const times = moments(frame.from, frame.until, Math.max(2, Math.floor(frame.width / 90)));
  const fine = frame.until - frame.from < 600;
  return (
    <g class="axes">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={frame.left} x2={frame.width - 6} y1={y(frame, tick)} y2={y(frame, tick)} />
          <text x={frame.left - 6} y={y(frame, tick) + 4} text-anchor="end">
            {number(tick, tick % 1 === 0 ? 0 : 1)}
          </text>
        </g>
      ))}
      {times.map((at) => (
        <text key={at} x={x(frame, at)} y={frame.height - 6} text-anchor="middle">
          {clock(at, timezone, fine)}
        </text>
      ))}
      <text x={2} y={12}>
        kW
      </text>
    </g>
  );
}

function Flags({ frame, flags }: { frame: Frame; flags: Flag[] }) {
  let last = -99;
  return (
    <g class="flags">
      {flags.map((flag) => {
        const at = x(frame, flag.at);
        const label = Math.min(frame.width - 8, Math.max(at, last + 15)); // close ones stand side by side
        last = label;
        return (
          <g key={flag.letter}>
            <path d={`M${at} ${frame.height - frame.bottom}V${frame.above}L${label} ${frame.above - 6}`} />
            <text x={label} y={frame.above - 10} text-anchor="middle">
              {flag.letter}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** What the letters and lines mean; the lines' words are the shapes' names. */
export function Legend({ story }: { story: Story }) {
  return (
    <ul class="legend">
      <Line name="measured" words={`measured: ${madeOf(story.curve)}`} />
      {story.curve.points.some((point) => point.partial) && <Line name="partial" words="only some of the meters: too low" />}
      <Line name="target" words="allowed" />
      <Line name="setpoint" words="released" />
      {story.curve.points.some((point) => point.kw === null) && <Line name="missing" words="not measured" />}
      {flags(story).map((flag) => (
        <li key={flag.letter}>
          <b>{flag.letter}</b> {flag.what}, {clock(flag.at, story.timezone)}
        </li>
      ))}
    </ul>
  );
}

function Line({ name, words }: { name: string; words: string }) {
  return (
    <li>
      <svg class="sample" viewBox="0 0 26 10" aria-hidden="true">
        {name === "missing" ? <rect class="missing" width="26" height="10" /> : <path class={name} d="M0 5H26" />}
      </svg>
      {words}
    </li>
  );
}

function madeOf(curve: Curve): string {
  if (curve.measured_by === "records") return "the records' rows alone";
  if (curve.measured_by === "nothing") return "nothing";
  return curve.measured_by === "PDUs" ? `sum of ${curve.meters.length} PDUs` : (curve.meters[0] ?? curve.measured_by);
}

function highest(curve: Curve, from: number, until: number): number {
  const inside = curve.points.filter((point) => point.at + point.width_s > from && point.at < until);
  const steps = curve.setpoint.filter((step) => step.at < until);
  return Math.max(1, ...inside.map((point) => point.kw ?? 0), ...steps.map((step) => step.kw ?? 0));
}

function spoken(story: Story, title: string, shown: Flag[]): string {
  const told = shown.map((flag) => `${flag.what} ${clock(flag.at, story.timezone)}`).join(", ");
  return `${title}: measured load, lowest ${kw(story.curtailment.lowest_kw)}. ${told}.`;
}
