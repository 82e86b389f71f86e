import type { ComponentChildren } from "preact";
import { Badge } from "../parts";
import { UNKNOWN, kw, number } from "../words";
import type { Intervals, Story } from "./story";
import { atMost, cause, causeOf, clock, confirmed, day, span, when } from "./told";

/** The few figures by which a curtailment is judged. */
export function Facts({ story }: { story: Story }) {
  const one = story.curtailment;
  const zone = story.timezone;
  return (
    <dl class="facts-of-it">
      <Fact name="Asked">
        {day(one.from_at, zone)} {clock(one.from_at, zone)}
        <span class="detail">{zone}</span>
      </Fact>
      <Fact name="By">
        {cause(one)}
        <span class="detail">{[one.level, one.event_id && `event ${one.event_id}`, ...one.kinds.slice(1).map((kind) => `then ${causeOf(kind)}`)].filter(Boolean).join(", ")}</span>
      </Fact>
      <Fact name="For">
        {atMost(one)}
        <span class="detail">{one.reason}</span>
      </Fact>
      <Fact name="Confirmed">
        {one.proven ? confirmed(one) : <Badge tone={one.until_at === null ? "unknown" : "bad"}>{confirmed(one)}</Badge>}
        <span class="detail">{story.proof.meters.join("; ") || story.proof.words}</span>
      </Fact>
      <Fact name="Worst interval">
        <Worst of={story.intervals} runs={story.released_at === null} />
      </Fact>
      <Fact name="Lowest load">{kw(one.lowest_kw)}</Fact>
      <Fact name="Back">
        {one.until_at === null ? "not yet" : when(one.until_at, story)}
        <span class="detail">{one.until_at === null ? `for ${span(story.now_at - one.from_at)} so far` : `after ${span(one.until_at - one.from_at)}`}</span>
      </Fact>
      <Fact name="Not used">
        {one.energy_not_used_kwh === null ? UNKNOWN : `${number(one.energy_not_used_kwh)} kWh`}
        <span class="detail">an estimate from the load before</span>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Worst({ of, runs }: { of: Intervals; runs: boolean }) {
  const row = of.worst === null ? undefined : of.rows[of.worst];
  if (row === undefined) return <>{of.begin_at === null ? "none is settled" : of.rows.length === 0 ? "none yet" : UNKNOWN}</>;
  const words = `${kw(row.mean_kw)} of ${kw(row.limit_kw)}`;
  return (
    <>
      {row.within === false ? <Badge tone="bad">{words}</Badge> : words}
      <span class="detail">
        mean of {row.complete ? `${number(of.minutes, of.minutes % 1 === 0 ? 0 : 1)} min` : (runs ? "an interval that still runs" : "an interval cut short")}
        {row.within === null ? "; whether within is unknown" : row.within ? ", within" : ", above what was asked"}
      </span>
    </>
  );
}
