import type { ComponentChildren } from "preact";
import { Badge } from "../parts";
import type { CurtailmentRow, Intervals, LoadProof, Story } from "../types";
import { UNKNOWN, clock, dayOf, duration, kw, number } from "../words";
import { askOf, askedAt, atMost, cause, causeOf, confirmed, when } from "./told";

/** The few figures by which a curtailment is judged. */
export function Facts({ story }: { story: Story }) {
  const one = story.curtailment;
  const zone = story.timezone;
  return (
    <dl class="facts-of-it">
      <Fact name="Asked">
        {dayOf(askedAt(one), zone)} {clock(askedAt(one), true, zone)}
        <span class="detail">{zone}</span>
      </Fact>
      <Fact name="By">
        {cause(one)}
        <span class="detail">{causes(one)}</span>
      </Fact>
      <Fact name="For">
        {atMost(one)}
        <span class="detail">{one.reason}</span>
      </Fact>
      <Fact name="Confirmed">
        {one.proven ? (
          confirmed(askOf(one))
        ) : (
          <Badge tone={one.released_at === null ? "unknown" : "bad"}>{confirmed(askOf(one))}</Badge>
        )}
        <Proof of={story.proof} />
      </Fact>
      <Fact name="Worst interval">
        <Worst of={story.intervals} runs={story.released_at === null} />
      </Fact>
      <Fact name="Lowest load">{kw(one.lowest_kw)}</Fact>
      <Fact name="Back">
        {one.asked_anew
          ? "not before the next ask"
          : one.until_at === null
            ? one.released_at === null
              ? "not yet"
              : "it returns"
            : when(one.until_at, story)}
        <span class="detail">
          {one.until_at === null
            ? `for ${duration(story.now_at - one.from_at, true)} so far`
            : `after ${duration(one.until_at - one.from_at, true)}`}
        </span>
      </Fact>
      <Fact name="Not used">
        {one.energy_not_used_kwh === null ? UNKNOWN : `${number(one.energy_not_used_kwh)} kWh`}
        <span class="detail">an estimate from the load before</span>
      </Fact>
    </dl>
  );
}

/** The level and event of what asked, and who asked beside it. */
function causes({ level, event_id, kinds }: CurtailmentRow): string {
  const others = kinds.slice(1).map(causeOf).join(", ");
  return [level, event_id && `event ${event_id}`, others && `also ${others}`].filter(Boolean).join(", ");
}

/** What showed it; the readings one by one on asking. */
function Proof({ of: { meters, words } }: { of: LoadProof }) {
  const said = <span class="detail">{words}</span>;
  if (meters.length < 2)
    return (
      <>
        {said}
        {meters[0] && <span class="detail">{meters[0]}</span>}
      </>
    );
  return (
    <>
      {said}
      <details class="detail">
        <summary>{`measured by ${meters.length} ${meters.every((one) => one.startsWith("pdu")) ? "PDUs" : "meters"}`}</summary>
        {meters.map((one) => (
          <div key={one}>{one}</div>
        ))}
      </details>
    </>
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
  if (row === undefined)
    return (
      <>
        {of.begin_at === null ? "none is settled" : of.rows.length > 0 ? UNKNOWN : runs ? "none yet" : "no interval was judged"}
      </>
    );
  const words = `${kw(row.mean_kw)} of ${kw(row.limit_kw)}`;
  return (
    <>
      {row.within === false ? <Badge tone="bad">{words}</Badge> : words}
      <span class="detail">
        mean of{" "}
        {row.complete
          ? `${number(of.minutes, of.minutes % 1 === 0 ? 0 : 1)} min`
          : runs
            ? "an interval that still runs"
            : "an interval cut short"}
        {row.within === null ? "; whether within is unknown" : row.within ? ", within" : ", above what was asked"}
      </span>
    </>
  );
}
