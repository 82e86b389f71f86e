import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { Panel } from "../parts";
import { recordedRows } from "../past";
import { feed } from "../store";
import type { Dashboard } from "../types";
import { kw, number } from "../words";

const HOUR_S = 3600;
const EVERY_S = 5; // a point each: 720 of them
const GAP_S = 300; // recorded rows lie some minutes apart
type Rows = [number[], (number | null)[], (number | null)[]];
const rows: Rows = [[], [], []];

/** Load and temperature of the last hour, recorded and live. What was stale or unknown is a gap. */
export function Trend({ feed: now }: { feed: Dashboard }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => (place.current ? draw(place.current) : undefined), []);
  const text = `Load ${kw(now.load.measured_kw)}, hottest intake ${number(now.temperature.max_c, 1)} °C`;
  return (
    <Panel title="Last hour" note={<TrendLegend />}>
      <div class="trend" ref={place} role="img" aria-label={`Load and temperature of the last hour. Now: ${text}`} />
    </Panel>
  );
}

function TrendLegend() {
  return (
    <span class="legend" aria-hidden="true">
      <span>
        <svg viewBox="0 0 10 10">
          <rect class="line-load" y="3" width="10" height="4" />
        </svg>
        kW
      </span>
      <span>
        <svg viewBox="0 0 10 10">
          <rect class="line-heat" y="3" width="10" height="4" />
        </svg>
        hottest °C
      </span>
    </span>
  );
}

function remember(now: Dashboard): void {
  if (now.time - (rows[0].at(-1) ?? 0) < EVERY_S) return;
  add(rows, now.time, now.load.stale ? null : now.load.measured_kw, now.temperature.max_c);
  while ((rows[0][0] ?? now.time) < now.time - HOUR_S) rows.forEach((row) => row.shift());
}

function add(to: Rows, at: number, load: number | null, heat: number | null): void {
  const last = to[0].at(-1) ?? at;
  if (at - last > GAP_S) add(to, last + 1, null, null); // no line across what nobody saw
  to[0].push(at);
  to[1].push(load);
  to[2].push(heat);
}

/** Put the recorded rows of the past hour before what this page has seen. */
async function recall(): Promise<void> {
  const recorded = await recordedRows();
  const now = feed.value?.time ?? Date.now() / 1000;
  const seen = rows.map((row) => row.splice(0)) as Rows;
  for (const row of recorded) {
    const at = Date.parse(row.timestamp) / 1000;
    if (at > now - HOUR_S && at < (seen[0][0] ?? now)) add(rows, at, row.measured_kw, row.temperature_max_c);
  }
  seen[0].forEach((at, index) => add(rows, at, seen[1][index] ?? null, seen[2][index] ?? null));
}

function draw(place: HTMLDivElement): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let plot = new uPlot(options(place), rows, place);
  const again = () => {
    plot.destroy();
    plot = new uPlot(options(place), rows, place);
  };
  const size = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: place.clientHeight }));
  size.observe(place);
  dark.addEventListener("change", again);
  void recall().then(() => plot.setData(rows));
  const stop = effect(() => {
    if (feed.value === null) return;
    remember(feed.value);
    plot.setData(rows);
  });
  return () => {
    stop();
    size.disconnect();
    dark.removeEventListener("change", again);
    plot.destroy();
  };
}

function options(place: HTMLDivElement): uPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  const hour = (): uPlot.Range.MinMax => {
    const end = feed.value?.time ?? Date.now() / 1000;
    return [end - HOUR_S, end];
  };
  return {
    width: Math.max(place.clientWidth, 50),
    height: Math.max(place.clientHeight, 50),
    legend: { show: false },
    cursor: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), feed.value?.timezone ?? "UTC"),
    scales: { x: { range: hour }, kw: { range: (_, __, max) => [0, Math.max(100, (max ?? 0) * 1.1)] }, c: { range: (_, min, max) => [Math.min(10, min ?? 10), Math.max(45, max ?? 45)] } },
    axes: [
      { ...axis, size: 24, space: 70, values: "{HH}:{mm}" },
      { ...axis, scale: "kw", size: 42 },
      { ...axis, scale: "c", side: 1, size: 30, grid: { show: false } },
    ],
    series: [{}, { scale: "kw", stroke: colour("--text"), width: 2, points: { size: 4 } }, { scale: "c", stroke: colour("--heat"), width: 2, points: { size: 4 } }],
  };
}
