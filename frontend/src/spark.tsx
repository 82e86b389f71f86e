// The last hour of one number, small enough to stand beside it.

import type { Series } from "./answers";
import { number } from "./words";

const HOUR_S = 3600;
const [WIDE, HIGH] = [72, 22];
const GAP = 2.5; // buckets: further apart, nobody saw what was between

/** The line ends at the present value; without readings there is none. `least` is the smallest span that fills the height. */
export function Spark({ series, now, value, least }: { series: Series | undefined; now: number; value: number | null; least: number }) {
  const points = (series?.buckets ?? []).flatMap((one) => (one.mean === null ? [] : [{ at: one.at + (series?.bucket_s ?? 0) / 2, value: one.mean }]));
  if (value !== null) points.push({ at: now, value });
  const seen = points.filter((one) => one.at >= now - HOUR_S && one.at <= now + 1);
  if (seen.length < 2) return <span class="spark" />;
  const [lowest, highest] = [Math.min(...seen.map((one) => one.value)), Math.max(...seen.map((one) => one.value))];
  const span = Math.max(highest - lowest, least);
  const low = (lowest + highest - span) / 2;
  const x = (at: number) => (WIDE * (at - now + HOUR_S)) / HOUR_S;
  const y = (one: number) => 2 + (HIGH - 4) * (1 - (one - low) / span);
  const far = GAP * Math.max(series?.bucket_s ?? 0, 60);
  const path = seen.map((one, i) => `${i > 0 && one.at - (seen[i - 1]?.at ?? 0) <= far ? "L" : "M"}${x(one.at).toFixed(1)} ${y(one.value).toFixed(1)}`).join("");
  const last = seen.at(-1);
  return (
    <svg class="spark" viewBox={`0 0 ${WIDE + 3} ${HIGH}`} role="img" aria-label={`last hour ${number(lowest, 1)} to ${number(highest, 1)}`}>
      <path d={path} />
      {value !== null && last && <circle cx={x(last.at)} cy={y(last.value)} r="2" />}
    </svg>
  );
}
