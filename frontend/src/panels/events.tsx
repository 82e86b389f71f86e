import { Panel } from "../parts";
import { KINDS, type Kind, back, choose, events, kind, older } from "../happened";
import { feed } from "../store";
import type { EventRow } from "../types";
import { capital, clock, dayOf, words } from "../words";

const DAY_S = 86_400;

/** What happened in the last days, newest first, with who or why; further back on asking. */
export function Events() {
  const list = events.value;
  return (
    <Panel title="Events" note={<Filter />}>
      {list === null && (
        <p class="calm">
          {kind.value === "audit" ? "Acts of people are shown to who is logged in." : "Unknown: the history does not answer."}
        </p>
      )}
      {list?.length === 0 && <p class="calm">Nothing is recorded.</p>}
      <div class="event-list" tabIndex={0} role="region" aria-label="List of events">
        {byDay(list ?? []).map(([day, rows]) => (
          <section key={day}>
            <h3>{named(day)}</h3>
            <ol>
              {rows.map((event) => (
                <Event key={event.id} event={event} />
              ))}
            </ol>
          </section>
        ))}
        {older.value !== "none" && (
          <button type="button" class="ask" disabled={older.value === "asked"} onClick={() => void back()}>
            More
          </button>
        )}
      </div>
    </Panel>
  );
}

function Filter() {
  return (
    <label class="filter">
      <span class="hidden">Which events</span>
      <select value={kind.value} onChange={(change) => choose(change.currentTarget.value as Kind)}>
        {Object.entries(KINDS).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Event({ event }: { event: EventRow }) {
  return (
    <li>
      <time dateTime={event.timestamp}>{clock(at(event), true)}</time>
      <p>
        {capital(words(event.title))}
        {about(event) && <span class="detail">{about(event)}</span>}
      </p>
    </li>
  );
}

function byDay(rows: EventRow[]): [string, EventRow[]][] {
  const days = new Map<string, EventRow[]>();
  for (const event of [...rows].sort((a, b) => at(b) - at(a) || b.id - a.id))
    days.set(dayOf(at(event)), [...(days.get(dayOf(at(event))) ?? []), event]);
  return [...days];
}

function named(day: string): string {
  const now = feed.value?.time ?? 0;
  return day === dayOf(now) ? "Today" : day === dayOf(now - DAY_S) ? "Yesterday" : day;
}

function at(event: EventRow): number {
  return Date.parse(event.timestamp) / 1000;
}

function about(event: EventRow): string {
  const life =
    event.phase && event.seconds !== null
      ? `${words(event.phase)} after ${event.seconds.toFixed(1)} s`
      : words(event.phase ?? "");
  // What a decision went by, and what was asked, are JSON for programs: /api/v1/why says it in words.
  const detail = event.detail.startsWith("{") ? "" : event.detail;
  const parts = [life, ...event.reasons, detail, event.who && `by ${event.who}`, event.clock_trusted ? "" : "clock not trusted"];
  return parts.filter(Boolean).join("; ");
}
