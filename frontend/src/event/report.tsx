import { Panel } from "../parts";
import type { Story } from "../types";
import { clock, duration } from "../words";
import { Drawing } from "./curve";
import { Facts } from "./facts";
import { askedAt } from "./told";
import { Legend } from "./legend";
import { Alarms, Askers, Commands, Settlement, Timeline, Unknowns } from "./tables";

/** All that is known of it, the figures first. */
export function Report({ story }: { story: Story }) {
  const zone = story.timezone;
  return (
    <>
      <section class="panel summary" aria-label="Summary">
        <p class="sentence" role="status">
          {story.sentence}
        </p>
        <Facts story={story} />
        {story.curtailment.asks.length > 1 && <Askers story={story} />}
      </section>
      <Load story={story} />
      <Panel title="In the order of time">
        <Timeline story={story} />
      </Panel>
      <Panel title="Settlement intervals" note={note(story)}>
        <Settlement of={story.intervals} timezone={zone} runs={story.released_at === null} />
      </Panel>
      <Panel title="Commands">
        <Commands of={story.commands} timezone={zone} />
      </Panel>
      <Panel title="Alarms in that time">
        <Alarms story={story} />
      </Panel>
      <Panel title="What was asked and decided">
        <Asked story={story} />
      </Panel>
      {story.gaps.length + story.notes.length > 0 && (
        <Panel title="What is not known" tone="unknown">
          <Unknowns story={story} />
        </Panel>
      )}
    </>
  );
}

function Load({ story }: { story: Story }) {
  const { from_at, until_at } = story.curtailment;
  const end = until_at ?? story.now_at;
  const beside = Math.max(30, (end - from_at) * 0.05);
  return (
    <Panel title="Load">
      <Drawing story={story} title="The whole of it" from={from_at - beside} until={end + beside} />
      <Closer story={story} end={end} />
      <Legend story={story} />
    </Panel>
  );
}

/** The way down and the way back by themselves, where the whole is too long to see them. */
function Closer({ story, end }: { story: Story; end: number }) {
  const { confirmed_s } = story.curtailment;
  const from_at = askedAt(story.curtailment);
  const down = Math.max(120, 2 * (confirmed_s ?? 300));
  if (end - from_at < 4 * down) return null;
  const back = story.released_at;
  return (
    <div class="closer">
      <Drawing story={story} title="The way down" from={from_at - down / 4} until={from_at + down} />
      {back !== null && <Drawing story={story} title="The way back" from={back - 30} until={end + 30} />}
    </div>
  );
}

function Asked({ story }: { story: Story }) {
  return (
    <>
      {story.notice && (
        <p>
          First seen {duration(askedAt(story.curtailment) - story.notice.seen_at, true)} before: {story.notice.words}
        </p>
      )}
      <ul class="signals-said">
        {story.signals.map((one) => (
          <li key={one.source}>
            <b>{one.source}</b> said {one.level}
            {one.raw_text !== null && <q>{one.raw_text}</q>}
            <span class="detail">{one.age_s === null ? "never read" : `read ${duration(one.age_s, true)} before`}</span>
          </li>
        ))}
      </ul>
      <p>
        Decided at {clock(story.decision.at, true, story.timezone)}: {story.decision.reasons.join("; ")}
      </p>
      <details>
        <summary>All that this decision went by</summary>
        <pre tabIndex={0}>{JSON.stringify(story.decision.inputs, null, 1)}</pre>
      </details>
    </>
  );
}

function note(story: Story): string {
  const { minutes, rows } = story.intervals;
  return rows.length === 0 ? "" : `means of ${minutes} min, from when the ask must have been met`;
}
