import { useEffect, useState } from "preact/hooks";
import { Badge, Panel } from "../parts";
import { lostSince } from "../store";
import { Drawing, Legend } from "./curve";
import { Facts } from "./facts";
import { Curtailments } from "./list";
import { type Got, type Story, got } from "./story";
import { Alarms, Commands, Settlement, Timeline, Unknowns } from "./tables";
import { clock, day, span } from "./told";

const EVERY_MS = 10_000;

/** One curtailment told in time. One that runs is asked for again and again; so is one that was not answered. */
export function EventPage() {
  const id = new URLSearchParams(location.search).get("id") ?? "";
  const [story, setStory] = useState<Story | null>(null);
  const [trouble, setTrouble] = useState<{ why: string; lost: boolean } | null>(null);
  const again = trouble !== null || story === null || story.curtailment.until_at === null;
  useEffect(() => {
    if (!/^\d{1,15}$/.test(id) || !again) return;
    const ask = async () => {
      const answer: Got<Story> = await got<Story>(`/api/v1/curtailments/${id}`);
      if ("found" in answer) setStory(answer.found);
      setTrouble("found" in answer ? null : answer);
    };
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => clearInterval(timer);
  }, [id, again]);
  useEffect(() => {
    lostSince.value = trouble !== null && (trouble.lost || story !== null) ? Date.now() / 1000 : null;
  }, [trouble, story]);
  useEffect(() => {
    if (story !== null) document.title = `Curtailment of ${day(story.curtailment.from_at, story.timezone)} ${clock(story.curtailment.from_at, story.timezone, false)}`;
  }, [story]);
  return (
    <>
      <Top story={story} id={id} />
      <main id="main" class="event">
        {!/^\d{1,15}$/.test(id) && <Nothing why={id === "" ? "This address names no curtailment." : "The number in this address is none."} />}
        {trouble !== null && story === null && <Nothing why={trouble.why} />}
        {trouble !== null && story !== null && <Past why={trouble.why} story={story} />}
        {trouble === null && story === null && /^\d{1,15}$/.test(id) && <p class="waiting" role="status">Asking for this curtailment.</p>}
        {story !== null && <Told story={story} />}
      </main>
    </>
  );
}

function Top({ story, id }: { story: Story | null; id: string }) {
  return (
    <header class="top">
      <h1>{story === null ? "Curtailment" : `Curtailment of ${day(story.curtailment.from_at, story.timezone)}`}</h1>
      {story?.curtailment.until_at === null && <Badge tone="good" strong>runs</Badge>}
      {story?.curtailment.exercised && <Badge tone="warning">exercise</Badge>}
      {story?.curtailment.forced && !story.curtailment.exercised && <Badge tone="warning">something was forced</Badge>}
      <nav class="ways" aria-label="This page">
        <a href="/">The site</a>
        {story !== null && <a href={`/api/v1/curtailments/${id}.csv`} download>CSV</a>}
        {story !== null && <button type="button" onClick={() => print()}>Print</button>}
      </nav>
    </header>
  );
}

function Nothing({ why }: { why: string }) {
  return (
    <>
      <p class="waiting" role="status">{why}</p>
      <Curtailments />
    </>
  );
}

function Past({ why, story }: { why: string; story: Story }) {
  return (
    <div class="banner tone-unknown" role="alert">
      <p>
        <strong>Not live.</strong> {why} What stands here is of {clock(story.now_at, story.timezone)}.
      </p>
    </div>
  );
}

function Told({ story }: { story: Story }) {
  const one = story.curtailment;
  const zone = story.timezone;
  const end = one.until_at ?? story.now_at;
  return (
    <>
      <section class="panel summary" aria-label="Summary">
        <p class="sentence" role="status">{story.sentence}</p>
        <Facts story={story} />
      </section>
      <Panel title="Load">
        <Drawing story={story} title="The whole of it" from={one.from_at - Math.max(30, (end - one.from_at) * 0.05)} until={end + Math.max(30, (end - one.from_at) * 0.05)} />
        <Closer story={story} end={end} />
        <Legend story={story} />
      </Panel>
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

/** The way down and the way back by themselves, where the whole is too long to see them. */
function Closer({ story, end }: { story: Story; end: number }) {
  const { from_at, confirmed_s } = story.curtailment;
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
          First seen {span(story.curtailment.from_at - story.notice.seen_at)} before: {story.notice.words}
        </p>
      )}
      <ul class="signals-said">
        {story.signals.map((one) => (
          <li key={one.source}>
            <b>{one.source}</b> said {one.level}
            {one.raw_text !== null && <q>{one.raw_text}</q>}
            <span class="detail">{one.age_s === null ? "never read" : `read ${span(one.age_s)} before`}</span>
          </li>
        ))}
      </ul>
      <p>
        Decided at {clock(story.decision.at, story.timezone)}: {story.decision.reasons.join("; ")}
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
