import { useEffect, useState } from "preact/hooks";
import { Badge, Panel } from "../parts";
import { kw } from "../words";
import "../style/curtailments.css";
import { type Curtailments as List, type Got, got } from "./story";
import { atMost, cause, clock, confirmed, day, span } from "./told";

const EVERY_MS = 30_000;

/** The last curtailments, one that runs first, each a link to its page. */
export function Curtailments() {
  const [answer, setAnswer] = useState<Got<List> | null>(null);
  useEffect(() => {
    const ask = async () => setAnswer(await got<List>("/api/v1/curtailments?limit=10"));
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Panel title="Curtailments">
      {answer === null && <p class="calm">Asking for the list.</p>}
      {answer !== null && !("found" in answer) && <p class="calm">Unknown: {answer.why}</p>}
      {answer !== null && "found" in answer && <Lines of={answer.found} />}
    </Panel>
  );
}

function Lines({ of: { curtailments, timezone } }: { of: List }) {
  if (curtailments.length === 0) return <p class="calm">None on record.</p>;
  return (
    <ol class="curtailments">
      {curtailments.map((one) => (
        <li key={one.id}>
          <a href={`/event.html?id=${one.id}`}>
            <span class="when">{`${day(one.from_at, timezone)} ${clock(one.from_at, timezone, false)}`}</span>
            {one.until_at === null ? <Badge tone="good" strong>runs</Badge> : <span class="lasted">{span(one.until_at - one.from_at)}</span>}
            <span class="what">
              {cause(one)}, {atMost(one)}
              {one.exercised && ", exercise"}
            </span>
          </a>
          <span class="detail">
            {one.proven ? `confirmed ${confirmed(one)}` : <Badge tone={one.until_at === null ? "unknown" : "warning"}>{`confirmed ${confirmed(one)}`}</Badge>}
            {`, lowest ${kw(one.lowest_kw)}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
