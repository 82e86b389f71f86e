import { Badge, Panel } from "../parts";
import type { Dashboard, OpenAlarm, Tone } from "../types";
import { moment, plural } from "../words";

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
  const order = [...alarms].sort((a, b) => Number(b.kind === "emergency") - Number(a.kind === "emergency") || b.since_at - a.since_at);
  return (
    <ul class="cards">
      {order.map((alarm) => (
        <li key={alarm.key}>
          <p>
            <Badge tone={alarm.active ? TONES[alarm.kind] : "good"}>{alarm.active ? alarm.kind : "over"}</Badge>{" "}
            <span class="age">since {moment(alarm.since_at)}</span>
          </p>
          <p class="cause">{alarm.cause}</p>
          {alarm.action && <p class="detail">{alarm.action}</p>}
          <p class="age">{told(alarm)}</p>
        </li>
      ))}
    </ul>
  );
}

function told(alarm: OpenAlarm): string {
  const by = alarm.acknowledged_by ? `acknowledged by ${alarm.acknowledged_by}` : "not acknowledged";
  return alarm.receipts.length > 0 ? `${by}; ${plural(alarm.receipts.length, "receipt")}: ${alarm.receipts.join(", ")}` : `${by}; told nobody yet`;
}
