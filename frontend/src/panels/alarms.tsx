import { AlarmActions } from "../ask/actions";
import { Badge, Panel, TONES, gravest } from "../parts";
import type { Dashboard, OpenAlarm } from "../types";
import { inFull, inShort } from "../receipts";
import { capital, moment, plural } from "../words";

const SHOWN_OVER = 3;
const PRIORITIES: OpenAlarm["priority"][] = ["low", "medium", "high"];

/** Open alarms with cause and what to do. What is over gives no colour, acknowledged or not. An empty list proves nothing while the notifier is silent. */
export function Alarms({ feed }: { feed: Dashboard }) {
  const { known, open, unacknowledged, alarms, shelves } = feed.alarms;
  const besides = shelves.filter((shelf) => alarms.every((alarm) => alarm.key !== shelf.pattern));
  const told = alarms.filter((alarm) => alarm.state !== "shelved");
  const tone = known ? gravest(told.filter((one) => one.active).map((one) => TONES[one.priority])) : "unknown";
  const note = known
    ? `${open ?? "?"} open, ${unacknowledged ?? "?"} not acknowledged${aside(alarms.length - told.length)}`
    : "unknown: the notifier is silent";
  return (
    <Panel title="Alarms" tone={tone} note={note}>
      {alarms.length === 0 ? (
        <p class="calm">{known ? "No open alarm." : "Whether an alarm is open is unknown."}</p>
      ) : (
        <List alarms={alarms} />
      )}
      {besides.map(({ pattern, by, until_at }) => (
        <p class="detail" key={pattern}>{`Shelved: ${pattern} by ${by} until ${moment(until_at)}.`}</p>
      ))}
    </Panel>
  );
}

function aside(shelved: number): string {
  return shelved > 0 ? `, ${shelved} shelved` : "";
}

function List({ alarms }: { alarms: OpenAlarm[] }) {
  const active = alarms.filter((one) => one.active);
  active.sort((a, b) => rank(b) - rank(a) || b.since_at - a.since_at);
  const over = alarms.filter((one) => !one.active).sort((a, b) => endOf(b) - endOf(a));
  const older = over.slice(SHOWN_OVER);
  return (
    <>
      <Cards alarms={active} />
      {over.length > 0 && <h3>Over</h3>}
      <Over alarms={over.slice(0, SHOWN_OVER)} />
      {older.length > 0 && (
        <details>
          <summary>{older.length} older</summary>
          <Over alarms={older} />
        </details>
      )}
    </>
  );
}

function Cards({ alarms }: { alarms: OpenAlarm[] }) {
  if (alarms.length === 0) return null;
  return (
    <ul class="cards">
      {alarms.map((alarm) => (
        <li key={alarm.key}>
          <p>
            <Badge tone={alarm.state === "shelved" ? "unknown" : TONES[alarm.priority]}>{capital(alarm.kind)}</Badge>{" "}
            <span class="age">
              to do with {alarm.priority} priority, since {moment(alarm.since_at)}
            </span>
          </p>
          <p class="cause">{alarm.cause}</p>
          {alarm.action && <p class="detail">{alarm.action.replaceAll("`", '"')}</p>}
          {alarm.key.startsWith("trip_") && <p class="detail">It ends when its trip is reset, under Missing and held.</p>}
          <Told alarm={alarm} />
          <AlarmActions alarm={alarm} />
        </li>
      ))}
    </ul>
  );
}

function Over({ alarms }: { alarms: OpenAlarm[] }) {
  if (alarms.length === 0) return null;
  return (
    <ul class="plain over">
      {alarms.map((alarm) => (
        <li key={alarm.key}>
          {alarm.cause}{" "}
          <span class="age">
            {moment(alarm.since_at)} to {moment(alarm.ended_at)}
          </span>
          {!alarm.acknowledged_by && <AlarmActions alarm={alarm} />}
        </li>
      ))}
    </ul>
  );
}

function Told({ alarm }: { alarm: OpenAlarm }) {
  const by = standing(alarm);
  if (alarm.receipts.length === 0) return <p class="age">{by}; told nobody yet</p>;
  return (
    <details class="told">
      <summary>
        {by}; {inShort(alarm.receipts)}
      </summary>
      <ul class="plain">
        {alarm.receipts.map((receipt) => (
          <li key={receipt} class="age">
            {inFull(receipt)}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Its state as people read it (ISA-18.2), and how often further people were told. */
function standing(alarm: OpenAlarm): string {
  if (alarm.state === "shelved") return `shelved by ${alarm.shelved_by} until ${moment(alarm.shelved_until_at)}`;
  const until = alarm.acknowledged_until_at === null ? "" : ` until ${moment(alarm.acknowledged_until_at)}`;
  const state = alarm.acknowledged_by ? `acknowledged by ${alarm.acknowledged_by}${until}` : "not acknowledged";
  return alarm.escalated > 0 ? `${state}, escalated ${plural(alarm.escalated, "time")}` : state;
}

/** The highest priority first, what is shelved last. */
function rank(alarm: OpenAlarm): number {
  return alarm.state === "shelved" ? -1 : PRIORITIES.indexOf(alarm.priority);
}

function endOf(alarm: OpenAlarm): number {
  return alarm.ended_at ?? alarm.since_at;
}
