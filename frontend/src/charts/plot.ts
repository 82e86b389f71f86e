// One small chart: lines with their bands, curtailments behind them, alarms at its top, forced values at its foot.

import uPlot from "uplot";
import type { Dashboard } from "../types";
import { number } from "../words";
import { timeLabels } from "./axis";
import { columns } from "./columns";
import type { Line } from "./lines";
import { before, behind, colour } from "./marking";
import type { Occurrence } from "./occurrences";
import { type Span, show } from "./range";

export interface Content {
  lines: Line[];
  span: Span;
  occurrences: Occurrence[];
  top: boolean; // the first of all: it has their words
  foot: boolean; // the last of all: it has the time
  fromZero: boolean;
  limits: { at: number; name: string }[];
  feed: Dashboard;
}

const PALETTE = 6; // colours; --line-0 ... in charts.css
const DASHES = [[], [7, 3], [2, 3]];
const SYNC = "charts";
const FONT = "11px system-ui, sans-serif";
const LEFT = 46;

/** How the line of this number is drawn: its colour's number, and its dashes. A target has the colour of what it is for. */
export function styleOf({ kind }: Line, index: number): { colour: number; dash: number[] } {
  if (kind === "target") return { colour: 0, dash: [3, 3] };
  return { colour: index % PALETTE, dash: DASHES[Math.floor(index / PALETTE) % DASHES.length] ?? [] };
}

/** A chart in its place, drawn anew with whatever it is given. `point` is told the moment under the cursor. */
export class Plot {
  private plot: uPlot | null = null;
  private names = "";
  private readonly size: ResizeObserver;
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");

  constructor(
    private readonly place: HTMLElement,
    private content: Content,
    private readonly point: (at: number | null) => void,
  ) {
    this.size = new ResizeObserver(() => this.plot?.setSize({ width: place.clientWidth, height: place.clientHeight }));
    this.size.observe(place);
    this.dark.addEventListener("change", this.anew);
    this.draw(content);
  }

  draw(content: Content): void {
    this.content = content;
    const names = content.lines.map((one) => one.name + one.band).join() + content.foot + content.feed.timezone;
    if (names !== this.names || this.plot === null) {
      this.names = names;
      this.anew();
    } else {
      this.plot.setData(columns(content.lines, content.span));
    }
  }

  /** Put the cursor at a moment, or away; after what was just drawn has its scale. */
  cursor(at: number | null): void {
    queueMicrotask(() =>
      this.plot?.setCursor({ left: at === null ? -10 : this.plot.valToPos(at, "x"), top: at === null ? -10 : 1 }),
    );
  }

  destroy(): void {
    this.size.disconnect();
    this.dark.removeEventListener("change", this.anew);
    this.plot?.destroy();
  }

  private readonly anew = (): void => {
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), columns(this.content.lines, this.content.span), this.place);
  };

  // Only the mouse tells: uPlot's own hook also fires for each new sample, and would bring back a cursor that was just put away.
  private readonly pointing = (u: uPlot, _: HTMLElement, handler: uPlot.Cursor.MouseListener) => (event: MouseEvent) => {
    handler(event);
    this.point((u.cursor.left ?? -1) < 0 ? null : u.posToVal(u.cursor.left ?? 0, "x"));
    return null;
  };

  private colour(name: string): string {
    return colour(this.place, name);
  }

  private options(): uPlot.Options {
    const { feed, foot, fromZero } = this.content;
    const axis: uPlot.Axis = {
      stroke: this.colour("--muted"),
      grid: { stroke: this.colour("--line"), width: 1 },
      ticks: { show: false },
      font: FONT,
    };
    return {
      width: Math.max(this.place.clientWidth, 50),
      height: Math.max(this.place.clientHeight, 50),
      padding: [10, 22, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
        bind: { mousemove: this.pointing, mouseleave: this.pointing },
        sync: { key: SYNC, filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } },
      },
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), feed.timezone),
      scales: {
        x: { range: () => [this.content.span.from, this.content.span.to] },
        y: { range: (_, low, high) => (fromZero ? [0, Math.max(1, (high ?? 0) * 1.1)] : around(low, high)) },
      },
      axes: [
        {
          ...axis,
          size: foot ? 36 : 6,
          space: 90,
          values: foot ? (_, at, __, ___, step) => timeLabels(at, step, feed.timezone) : (_, at) => at.map(() => ""),
        },
        {
          ...axis,
          size: LEFT,
          space: 34,
          values: (_, values) => values.map((one) => number(one, values.every((all) => Number.isInteger(all)) ? 0 : 1)),
        },
      ],
      ...this.drawn(),
      hooks: {
        drawAxes: [(u) => behind(u, this.content)],
        draw: [(u) => before(u, this.content)],
        setSelect: [(u) => this.zoomed(u)],
      },
    };
  }

  private drawn(): { series: uPlot.Series[]; bands: uPlot.Band[] } {
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    this.content.lines.forEach((line, index) => {
      const { colour: own, dash } = styleOf(line, index);
      const stroke = this.colour(`--line-${own}`);
      series.push({ stroke, width: index === 0 ? 1.8 : 1.4, dash, points: { size: 4, fill: stroke, show: false } });
      if (!line.band) return;
      series.push({ width: 0, points: { show: false } }, { width: 0, points: { show: false } });
      bands.push({ series: [series.length - 1, series.length - 2], fill: `color-mix(in srgb, ${stroke} 22%, transparent)` });
    });
    return { series, bands };
  }

  private zoomed(u: uPlot): void {
    const { left, width } = u.select;
    if (width < 4) return;
    const [from, to] = [u.posToVal(left, "x"), u.posToVal(left + width, "x")];
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    show({ from, to });
  }
}

function around(low: number | null, high: number | null): uPlot.Range.MinMax {
  const [bottom, top] = [low ?? 0, high ?? 1];
  const pad = Math.max((top - bottom) * 0.1, (4 - (top - bottom)) / 2);
  return [bottom - pad, top + pad];
}
