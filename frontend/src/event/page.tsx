import { useEffect, useState } from "preact/hooks";
import { get } from "../get";
import { Badge, Banner } from "../parts";
import { setLive } from "../store";
import { Top } from "../top";
import type { Story } from "../types";
import { clock, dayOf } from "../words";
import { ANSWER_MS, Curtailments } from "./list";
import { Report } from "./report";
import { going, idOf, whyNot } from "./told";

const EVERY_MS = 10_000;
const STORED_BY_S = 120; // the last readings wait for the disk when the end is known already

/** One curtailment told in time. */
export function EventPage() {
  const { id, why } = idOf(location.search);
  const { story, trouble } = useStory(id);
  useEffect(() => setLive(trouble === null || (!trouble.lost && story === null)), [trouble, story]);
  useEffect(() => {
    if (story !== null) document.title = `${named(story)} ${clock(story.curtailment.from_at, false, story.timezone)}`;
  }, [story]);
  return (
    <>
      <Head story={story} />
      <main id="main" class="event">
        {id === null && <Nothing why={why} />}
        {trouble !== null && (story === null ? <Nothing why={trouble.why} /> : <Past why={trouble.why} story={story} />)}
        {id !== null && trouble === null && story === null && (
          <p class="waiting" role="status">
            Asking for this curtailment.
          </p>
        )}
        {story !== null && <Report story={story} />}
      </main>
    </>
  );
}

interface Trouble {
  why: string;
  lost: boolean; // nobody answered
}

/** One that runs or has just ended is asked for again and again; so is one that was not answered. */
function useStory(id: string | null): { story: Story | null; trouble: Trouble | null } {
  const [story, setStory] = useState<Story | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const again = trouble !== null || story === null || story.now_at < (story.curtailment.until_at ?? Infinity) + STORED_BY_S;
  useEffect(() => {
    if (id === null || !again) return;
    const ask = async () => {
      const answer = await get<Story>(`/api/v1/curtailments/${id}`, { withinMs: ANSWER_MS });
      if (answer.found) setStory(answer.found);
      setTrouble(answer.found ? null : { why: whyNot(answer), lost: answer.status === 0 });
    };
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => clearInterval(timer);
  }, [id, again]);
  return { story, trouble };
}

function named({ curtailment, timezone }: Story): string {
  return `Curtailment of ${dayOf(curtailment.from_at, timezone)}`;
}

function Head({ story }: { story: Story | null }) {
  if (story === null) return <Top title="Curtailment" ways={<a href="/">The site</a>} />;
  const { id, released_at, until_at, exercised, forced } = story.curtailment;
  const ways = (
    <>
      <a href="/">The site</a>
      <a href={`/api/v1/curtailments/${id}.csv`} download>
        CSV
      </a>
      <button type="button" onClick={() => print()}>
        Print
      </button>
    </>
  );
  return (
    <Top title={named(story)} site={story.site} ways={ways}>
      {until_at === null && (
        <Badge tone="good" strong={released_at === null}>
          {going({ released_at })}
        </Badge>
      )}
      {exercised && <Badge tone="warning">exercise</Badge>}
      {forced && !exercised && <Badge tone="warning">something was forced</Badge>}
    </Top>
  );
}

function Nothing({ why }: { why: string }) {
  return (
    <>
      <p class="waiting" role="status">
        {why}
      </p>
      <Curtailments />
    </>
  );
}

function Past({ why, story }: { why: string; story: Story }) {
  return (
    <Banner tone="unknown" alert>
      <strong>Not live.</strong> {why} What stands here is of {clock(story.now_at, true, story.timezone)}.
    </Banner>
  );
}
