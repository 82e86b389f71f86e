import { Badge, Panel } from "../parts";
import type { Dashboard, OpenAlarm, Tone } from "../types";
import { inShort } from "../receipts";
import { moment } from "../words";

const SHOWN_OVER = 3;
const TONES: Record<OpenAlarm["kind"], Tone> = { heartbeat: "good", warning: "warning", emergency: "bad" };

/** Open alarms with cause and what to do. An empty list proves nothing while the notifier is silent. */
export function Alarms({ feed }: { feed: Dashboard }) {
  const { known, open, unacknowledged, alarms } = feed.alarms;
  const worst = alarms.some((alarm) => alarm.kind === "emergency") ? "bad" : "warning";
  const tone = !known ? "unknown" : alarms.length > 0 ? worst : "good";
  const note = known ? `${open ?? "?"} open, ${unacknowledged ?? "?"} not acknowledged` : "unknown: the notifier is silent";
  return (
    <Panel title="Alarms" tone={tone} note={note}>
      {alarms.length === 0 ? <p class="calm">{known ? "No open alarm." : "Whether an alarm is open is unknown."}</p> : <List alarms={alarms} />}
    </Panel>
  );
}

function List({ alarms }: { alarms: OpenAlarm[] }) {
  const active = alarms.filter((one) => one.active);
  active.sort((a, b) => Number(b.kind === "emergency") - Number(a.kind === "emergency") || b.since_at - a.since_at);
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
            <Badge tone={TONES[alarm.kind]}>{alarm.kind}</Badge> <span class="age">since {moment(alarm.since_at)}</span>
          </p>
          <p class="cause">{alarm.cause}</p>
          {alarm.action && <p class="detail">{alarm.action}</p>}
          <Told alarm={alarm} />
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
        </li>
      ))}
    </ul>
  );
}

function Told({ alarm }: { alarm: OpenAlarm }) {
  const by = alarm.acknowledged_by ? `acknowledged by ${alarm.acknowledged_by}` : "not acknowledged";
  if (alarm.receipts.length === 0) return <p class="age">{by}; told nobody yet</p>;
  return (
    <details class="told">
      <summary>
        {by}; {inShort(alarm.receipts)}
      </summary>
      <ul class="plain">
        {alarm.receipts.map((receipt) => (
          <li key={receipt} class="age">
            {receipt}
          </li>
        ))}
      </ul>
    </details>
  );
}

function endOf(alarm: OpenAlarm): number {
  return alarm.ended_at ?? alarm.since_at;
}
