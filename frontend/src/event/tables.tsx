import type { ComponentChildren } from "preact";
import { Badge, Mark, TONES, Table } from "../parts";
import type { CommandCount, Intervals, Story } from "../types";
import { clock, duration, kw, words } from "../words";
import { act, atMost, cause, confirmed, when } from "./told";

type Cells = ComponentChildren[];

/** Rows of cells, the first of each its head; a row may stand out. */
function Rows({ label, head, rows, strong }: { label: string; head: string[]; rows: Cells[]; strong?: number | null }) {
  return (
    <Table label={label} head={head}>
      {rows.map(([first, ...rest], index) => (
        <tr key={index} class={index === strong ? "is-worst" : ""}>
          <th scope="row">{first}</th>
          {rest.map((cell, at) => (
            <td key={at}>{cell}</td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

/** What happened, in the order of time. */
export function Timeline({ story }: { story: Story }) {
  return (
    <ol class="timeline">
      {story.timeline.map((line, index) => (
        <li key={index} class={`is-${line.kind}`}>
          <time dateTime={new Date(line.at * 1000).toISOString()}>{when(line.at, story)}</time>
          <p>
            {line.kind === "gap" && <Mark tone="unknown" />}
            {line.kind === "alarm" && <Mark tone="warning" />}
            <b>{line.what}</b>
            {line.why && <span class="detail">{line.why}</span>}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** All who asked, where more than one did; the utility first. */
export function Askers({ story }: { story: Story }) {
  const rows = story.curtailment.asks.map((one): Cells => [
    cause(one),
    when(one.from_at, story),
    one.until_at === null ? "asks on" : when(one.until_at, story),
    one.target_kw === null ? "of a part" : atMost(one),
    confirmed(one),
    one.reason,
  ]);
  return <Rows label="All who asked" head={["Who", "From", "Until", "For", "Confirmed", "Why"]} rows={rows} />;
}

/** Every command that came to nothing, and how. */
function failures({ refused, failed, expired }: CommandCount): ComponentChildren {
  const all = refused + failed + expired;
  if (all === 0) return "0";
  const how = [refused > 0 && `${refused} refused`, expired > 0 && `${expired} expired`].filter(Boolean).join(", ");
  return <Badge tone="warning">{how ? `${all} (${how})` : all}</Badge>;
}

/** Commands by device, with what became of them. */
export function Commands({ of, timezone }: { of: CommandCount[]; timezone: string }) {
  if (of.length === 0) return <p class="calm">None was sent.</p>;
  const bad = (count: number) => (count === 0 ? "0" : <Badge tone="warning">{count}</Badge>);
  const rows = of.map((one): Cells => [
    one.device,
    act(one.act),
    one.sent,
    one.confirmed,
    failures(one),
    bad(one.open),
    clock(one.first_sent_at, true, timezone),
    one.last_confirmed_at === null ? "none" : clock(one.last_confirmed_at, true, timezone),
  ]);
  return (
    <Rows
      label="Commands by device and act"
      head={["Device", "Command", "Sent", "Confirmed", "Failed", "Open", "First sent", "Last confirmed"]}
      rows={rows}
    />
  );
}

/** The settlement intervals; the worst is said so in a word. */
export function Settlement({ of, timezone, runs }: { of: Intervals; timezone: string; runs: boolean }) {
  if (of.begin_at === null) return <p class="calm">None: nothing of the utility asked, or none is watched.</p>;
  if (of.rows.length === 0)
    return (
      <p class="calm">
        None: the first would have begun at {clock(of.begin_at, true, timezone)}, when the ask must have been met.
      </p>
    );
  const rows = of.rows.map((row, index): Cells => [
    `${clock(row.from_at, true, timezone)} to ${clock(row.until_at, true, timezone)}`,
    row.mean_kw === null ? <span class="is-unknown">unknown</span> : kw(row.mean_kw),
    kw(row.limit_kw),
    row.within === null ? <Badge tone="unknown">unknown</Badge> : row.within ? "yes" : <Badge tone="bad">no</Badge>,
    [
      index === of.worst && "worst",
      !row.complete && (runs ? "still running" : "cut short"),
      row.unknown_s >= 1 && `${duration(row.unknown_s, true)} not measured`,
    ]
      .filter(Boolean)
      .join(", "),
  ]);
  return (
    <Rows
      label="Settlement intervals in order"
      head={["Interval", "Mean", "Asked", "Within", "Remark"]}
      rows={rows}
      strong={of.worst}
    />
  );
}

/** Alarms that were open in that time. */
export function Alarms({ story }: { story: Story }) {
  if (story.alarms.length === 0) return <p class="calm">None.</p>;
  return (
    <ul class="stood">
      {story.alarms.map((alarm, index) => (
        <li key={index}>
          <Badge tone={TONES[alarm.priority]}>{alarm.kind}</Badge> {alarm.cause}
          <span class="detail">
            {words(alarm.key)}, from {when(alarm.since_at, story)} to{" "}
            {alarm.ended_at === null ? "no end on record" : when(alarm.ended_at, story)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What is not known. */
export function Unknowns({ story }: { story: Story }) {
  const gaps = story.gaps.map((gap) => `${when(gap.from_at, story)} to ${when(gap.until_at, story)}: ${gap.what}`);
  return (
    <ul class="stood">
      {[...gaps, ...story.notes].map((line) => (
        <li key={line}>
          <Mark tone="unknown" /> {line}
        </li>
      ))}
    </ul>
  );
}
