// Where things stand on a drawing of load over time.

import type { HeldFrom, Point } from "../types";

export interface Frame {
  from: number;
  until: number;
  top: number; // kW
  width: number;
  height: number;
  left: number;
  bottom: number;
  above: number;
}

export function x(frame: Frame, at: number): number {
  const share = (Math.min(frame.until, Math.max(frame.from, at)) - frame.from) / Math.max(1, frame.until - frame.from);
  return frame.left + share * (frame.width - frame.left - 6);
}

export function y(frame: Frame, kw: number): number {
  return frame.above + (1 - Math.min(frame.top, Math.max(0, kw)) / frame.top) * (frame.height - frame.above - frame.bottom);
}

/** Measured load as a line of steps: each figure stands for its whole stretch, and what was not measured breaks it. */
export function measured(frame: Frame, points: Point[], partial: boolean): string {
  let path = "";
  let on = false;
  for (const point of points) {
    const end = point.at + point.width_s;
    if (end <= frame.from || point.at >= frame.until) continue;
    if (point.kw === null || point.partial !== partial) {
      on = false;
      continue;
    }
    const height = y(frame, point.kw).toFixed(1);
    path += `${on ? "L" : "M"}${x(frame, point.at).toFixed(1)} ${height}L${x(frame, end).toFixed(1)} ${height}`;
    on = true;
  }
  return path;
}

/** A figure that holds until the next. */
export function steps(frame: Frame, of: HeldFrom[]): string {
  let path = "";
  of.forEach((step, index) => {
    const end = of[index + 1]?.at ?? frame.until;
    if (step.kw === null || end <= frame.from || step.at >= frame.until) return;
    const height = y(frame, step.kw).toFixed(1);
    const pen = path === "" || of[index - 1]?.kw === null ? "M" : "L";
    path += `${pen}${x(frame, step.at).toFixed(1)} ${height}L${x(frame, end).toFixed(1)} ${height}`;
  });
  return path;
}

/** Stretches that nothing measured. */
export function missing(points: Point[], from: number, until: number): { from: number; until: number }[] {
  const found: { from: number; until: number }[] = [];
  for (const point of points) {
    const end = Math.min(until, point.at + point.width_s);
    const begin = Math.max(from, point.at);
    if (point.kw !== null || end <= begin) continue;
    const last = found.at(-1);
    if (last !== undefined && begin - last.until < 1) last.until = end;
    else found.push({ from: begin, until: end });
  }
  return found;
}

/** A round figure at or above, and its even parts. */
export function ticksTo(most: number, parts = 4): number[] {
  const rough = Math.max(1, most) / parts;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((of) => of * ten >= rough) ?? 10) * ten;
  return Array.from({ length: Math.ceil(Math.max(1, most) / step) + 1 }, (_, index) => index * step);
}

const SPACES = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];

/** Round moments between two, at most so many. */
export function moments(from: number, until: number, most: number): number[] {
  const space = SPACES.find((of) => (until - from) / of <= most) ?? (until - from) / most;
  const first = Math.ceil(from / space) * space;
  return Array.from({ length: Math.max(0, Math.floor((until - first) / space) + 1) }, (_, index) => first + index * space);
}
