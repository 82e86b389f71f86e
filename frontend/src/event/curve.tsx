import { useEffect, useRef, useState } from "preact/hooks";
import type { Curve, Story } from "../types";
import { clock, kw, number } from "../words";
import { type Flag, flags } from "./legend";
import { type Frame, measured, missing, moments, steps, ticksTo, x, y } from "./scale";

interface DrawingProps {
  story: Story;
  title: string;
  from: number;
  until: number;
}

/** Load over a stretch of time: measured, its target, and what was commanded; and what happened when. */
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
  const ticks = ticksTo(highest(story.curve, from, until));
  const frame: Frame = { from, until, top: ticks.at(-1) ?? 1, width, height: 240, left: 46, bottom: 24, above: 26 };
  return (
    <figure class="drawing" ref={place}>
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${width} ${frame.height}`} role="img" aria-label={spoken(story, title, shown)}>
        <Grid frame={frame} ticks={ticks} timezone={story.timezone} />
        {missing(story.curve.points, from, Math.min(until, story.now_at)).map((gap) => (
          <rect
            key={gap.from}
            class="missing"
            x={x(frame, gap.from)}
            y={frame.above}
            width={Math.max(1, x(frame, gap.until) - x(frame, gap.from))}
            height={frame.height - frame.above - frame.bottom}
          />
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
        <text key={at} x={Math.min(x(frame, at), frame.width - (fine ? 26 : 18))} y={frame.height - 6} text-anchor="middle">
          {clock(at, fine, timezone)}
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

function highest(curve: Curve, from: number, until: number): number {
  const inside = curve.points.filter((point) => point.at + point.width_s > from && point.at < until);
  const steps = curve.setpoint.filter((step) => step.at < until);
  return Math.max(1, ...inside.map((point) => point.kw ?? 0), ...steps.map((step) => step.kw ?? 0));
}

function spoken(story: Story, title: string, shown: Flag[]): string {
  const told = shown.map((flag) => `${flag.what} ${clock(flag.at, true, story.timezone)}`).join(", ");
  return `${title}: measured load, lowest ${kw(story.curtailment.lowest_kw)}. ${told}.`;
}
