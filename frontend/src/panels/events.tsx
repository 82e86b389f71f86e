import { Panel } from "../parts";
import { events } from "../past";
import type { EventRow } from "../types";
import { moment, words } from "../words";

/** What happened last, newest first, with who or why. */
export function Events() {
  const list = events.value;
  return (
    <Panel title="Last events">
      {list === null && <p class="calm">Unknown: the history does not answer.</p>}
      {list?.length === 0 && <p class="calm">Nothing is recorded yet.</p>}
      <ol class="events" tabIndex={0} aria-label="Last events">
        {[...(list ?? [])].reverse().map((event) => (
          <li key={event.id}>
            <time dateTime={event.timestamp}>{moment(Date.parse(event.timestamp) / 1000, true)}</time>
            <p>
              {event.title}
              {about(event) && <span class="detail">{about(event)}</span>}
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function about(event: EventRow): string {
  const life = event.phase && event.seconds !== null ? `${words(event.phase)} after ${event.seconds.toFixed(1)} s` : words(event.phase ?? "");
  // What a decision went by, and what was asked, are JSON for programs: /api/v1/why says it in words.
  const detail = event.detail.startsWith("{") ? "" : event.detail;
  const parts = [life, ...event.reasons, detail, event.who && `by ${event.who}`, event.clock_trusted ? "" : "clock not trusted"];
  return parts.filter(Boolean).join("; ");
}
