import { useEffect, useState } from "preact/hooks";
import { Badge, Panel } from "../parts";
import { type Got, get } from "../get";
import type { Curtailments as List } from "../types";
import { clock, dayOf, duration, kw } from "../words";
import "../style/curtailments.css";
import { askOf, atMost, cause, confirmed, going, whyNot } from "./told";

const EVERY_MS = 30_000;
export const ANSWER_MS = 8000; // records are slower than the present

/** The last curtailments, one that runs first, each a link to its page. */
export function Curtailments() {
  const [answer, setAnswer] = useState<Got<List> | null>(null);
  useEffect(() => {
    const ask = async () => setAnswer(await get<List>("/api/v1/curtailments?limit=10", { withinMs: ANSWER_MS }));
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Panel title="Curtailments">
      {answer === null && <p class="calm">Asking for the list.</p>}
      {answer?.found === null && <p class="calm">Unknown: {whyNot(answer)}</p>}
      {answer?.found && <Lines of={answer.found} />}
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
            <span class="when">{`${dayOf(one.from_at, timezone)} ${clock(one.from_at, false, timezone)}`}</span>
            {one.until_at === null ? (
              <Badge tone="good" strong={one.released_at === null}>
                {going(one)}
              </Badge>
            ) : (
              <span class="lasted">{duration(one.until_at - one.from_at, true)}</span>
            )}
            <span class="what">
              {cause(one)}, {atMost(one)}
              {one.exercised && ", exercise"}
            </span>
          </a>
          <span class="detail">
            {one.proven ? (
              `confirmed ${confirmed(askOf(one))}`
            ) : (
              <Badge tone={one.released_at === null ? "unknown" : "warning"}>{`confirmed ${confirmed(askOf(one))}`}</Badge>
            )}
            {`, lowest ${kw(one.lowest_kw)}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
