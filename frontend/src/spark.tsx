// The last hour of one number, small enough to stand beside it.

import { farS } from "./series";
import type { Series } from "./types";
import { number } from "./words";

const HOUR_S = 3600;
const [WIDE, HIGH] = [72, 22];
const ASKED_EVERY_S = 60; // so long the present value may be after the last stored one

interface Seen {
  at: number;
  value: number;
}

interface SparkProps {
  series: Series | undefined;
  now: number;
  value: number | null;
  least: number;
  staleAfterS: number; // of its readings
}

/** The line ends at the present value; without readings there is none. `least` is the smallest span that fills the height. */
export function Spark({ series, now, value, least, staleAfterS }: SparkProps) {
  const points = (series?.buckets ?? []).flatMap((one) =>
    one.mean === null ? [] : [{ at: one.at + (series?.bucket_s ?? 0) / 2, value: one.mean }],
  );
  if (value !== null) points.push({ at: now, value });
  const seen = points.filter((one) => one.at >= now - HOUR_S && one.at <= now + 1);
  if (seen.length < 2) return <span class="spark" />;
  const [lowest, highest] = [Math.min(...seen.map((one) => one.value)), Math.max(...seen.map((one) => one.value))];
  const span = Math.max(highest - lowest, least);
  const low = (lowest + highest - span) / 2;
  const x = (at: number) => (WIDE * (at - now + HOUR_S)) / HOUR_S;
  const y = (one: number) => 2 + (HIGH - 4) * (1 - (one - low) / span);
  const last = seen.at(-1);
  const far = farS(series?.bucket_s ?? 0, staleAfterS);
  const isNear = (one: Seen, before: Seen | undefined) =>
    before !== undefined && one.at - before.at <= far + (one === last && value !== null ? ASKED_EVERY_S : 0);
  const step = (one: Seen, i: number) =>
    `${isNear(one, seen[i - 1]) ? "L" : "M"}${x(one.at).toFixed(1)} ${y(one.value).toFixed(1)}`;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDE + 3} ${HIGH}`}
      role="img"
      aria-label={`last hour ${number(lowest, 1)} to ${number(highest, 1)}`}
    >
      <path d={seen.map(step).join("")} />
      {value !== null && last && <circle cx={x(last.at)} cy={y(last.value)} r="2" />}
    </svg>
  );
}
