// What stands behind and before the lines of a chart: curtailments, limits, alarms, forced values.

import uPlot from "uplot";
import type { Content } from "./plot";

/** A colour of the page's style, as it is now. */
export function colour(of: HTMLElement, name: string): string {
  return getComputedStyle(of).getPropertyValue(name).trim();
}

/** Curtailments in grey, with what asked for them where there is room; and the limits. */
export function behind(u: uPlot, content: Content): void {
  const { ctx } = u;
  const { occurrences, span, top, limits } = content;
  const unit = uPlot.pxRatio;
  within(u, () => {
    for (const { from, to, kind, short } of occurrences) {
      if (kind !== "curtailment") continue;
      const [left, right] = [x(u, from), x(u, to ?? span.to)];
      ctx.fillStyle = colour(u.root, "--curtailed");
      ctx.fillRect(left, u.bbox.top, Math.max(right - left, unit), u.bbox.height);
      const begin = Math.max(left, u.bbox.left);
      if (top && ctx.measureText(short).width < right - begin - 8 * unit) say(u, short, begin + 4 * unit, u.bbox.top + 12 * unit);
    }
    for (const { at } of limits) {
      const y = u.valToPos(at, "y", true);
      if (y < u.bbox.top) continue;
      ctx.strokeStyle = colour(u.root, "--fill");
      ctx.setLineDash([2, 4]);
      ctx.beginPath();
      ctx.moveTo(u.bbox.left, y);
      ctx.lineTo(u.bbox.left + u.bbox.width, y);
      ctx.stroke();
    }
  });
}

/** Alarms at the top, the limits by name, and forced values at the foot. */
export function before(u: uPlot, content: Content): void {
  const { ctx, bbox } = u;
  const unit = uPlot.pxRatio;
  within(u, () => {
    for (const { from, kind } of content.top ? content.occurrences : []) {
      if (kind === "curtailment") continue;
      const middle = x(u, from);
      ctx.fillStyle = colour(u.root, kind === "high" ? "--bad" : kind === "medium" ? "--warning" : "--muted");
      ctx.fillRect(middle - unit / 2, bbox.top, unit, 14 * unit);
      ctx.beginPath();
      if (kind === "high") ctx.rect(middle - 4 * unit, bbox.top, 8 * unit, 8 * unit);
      else
        [
          [-5, 0],
          [5, 0],
          [0, 8],
        ].forEach(([dx = 0, dy = 0]) => ctx.lineTo(middle + dx * unit, bbox.top + dy * unit));
      ctx.fill();
    }
    named(u, content);
    for (const line of content.lines) {
      let said = false;
      for (const { at, forced } of line.samples) {
        if (!forced) continue;
        const left = x(u, at - line.stepS / 2);
        if (!said) say(u, "forced", left, bbox.top + bbox.height - 7 * unit, "--unknown");
        said = true;
        ctx.fillStyle = colour(u.root, "--unknown");
        ctx.fillRect(left, bbox.top + bbox.height - 4 * unit, Math.max(unit, x(u, at + line.stepS / 2) - left), 4 * unit);
      }
    }
  });
}

/** The limits by name, over their lines, beside each other where these are close; below at the very top. */
function named(u: uPlot, content: Content): void {
  const unit = uPlot.pxRatio;
  let [last, right] = [Infinity, 0];
  for (const { at, name } of content.limits) {
    const y = u.valToPos(at, "y", true);
    if (y < u.bbox.top) continue;
    const height = 12 * unit;
    const foot = Math.max(y, u.bbox.top + height);
    const left = last - foot < height + 2 * unit ? right : u.bbox.left + 3 * unit;
    last = foot;
    right = left + u.ctx.measureText(name).width + 8 * unit;
    u.ctx.fillStyle = colour(u.root, "--panel");
    u.ctx.fillRect(left, foot - height, right - left - 4 * unit, height);
    say(u, name, left + 2 * unit, foot - 3 * unit);
  }
}

function within(u: uPlot, work: () => void): void {
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(u.bbox.left, 0, u.bbox.width, u.bbox.top + u.bbox.height);
  u.ctx.clip();
  u.ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`;
  u.ctx.lineWidth = uPlot.pxRatio;
  work();
  u.ctx.restore();
}

function say(u: uPlot, text: string, left: number, y: number, shade = "--muted"): void {
  u.ctx.textAlign = "left";
  u.ctx.textBaseline = "alphabetic";
  u.ctx.fillStyle = colour(u.root, shade);
  u.ctx.fillText(text, left, y);
}

function x(u: uPlot, at: number): number {
  return u.valToPos(at, "x", true);
}
