import type { ComponentChildren } from "preact";
import { Badge, Panel, gravest } from "../parts";
import { cost } from "../past";
import type { ChannelHealth, Dashboard, HealthState, ServiceTile, Tone } from "../types";
import { UNKNOWN, bytes, capital, moment, number, words } from "../words";

const PRESENCE: Record<ServiceTile["state"], Tone> = { online: "good", stopping: "warning", offline: "bad", unknown: "unknown" };
const HEALTH: Record<HealthState, Tone> = { ok: "good", starting: "unknown", lost: "bad", not_configured: "good" };
const LOW = 0.1; // of the disk is left

/** Ourselves: the services, the ways to people, whether records reach the disk, and what we take of the computer. */
export function OwnHealth({ feed }: { feed: Dashboard }) {
  const { channels, known } = feed.alarms;
  const tones = [
    ...feed.services.map((one) => PRESENCE[one.state]),
    ...channels.map((one) => HEALTH[one.state]),
    feed.history.ok ? "good" : "warning",
  ] as Tone[];
  return (
    <Panel title="Own health" tone={gravest(tones)} note={`version ${feed.version}`}>
      <Chips title="Services">
        {feed.services.map((one) => (
          <li key={one.name}>
            <Badge tone={PRESENCE[one.state]}>
              {one.name} {one.state}
            </Badge>
          </li>
        ))}
      </Chips>
      <Chips title="Ways to people">
        {channels.map((one) => (
          <Channel key={one.name} one={one} />
        ))}
        {channels.length === 0 && <li class="calm">{known ? "None is set up." : `${capital(UNKNOWN)}.`}</li>}
      </Chips>
      <h3>Computer</h3>
      <Computer history={feed.history} />
    </Panel>
  );
}

function Chips({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <>
      <h3>{title}</h3>
      <ul class="chips">{children}</ul>
    </>
  );
}

function Channel({ one }: { one: ChannelHealth }) {
  return (
    <li title={[one.reason, one.test].filter(Boolean).join("; ")}>
      <Badge tone={HEALTH[one.state]}>
        {one.name} {words(one.state)}
        {one.waiting > 0 && `, ${one.waiting} waiting`}
      </Badge>{" "}
      <span class="age">
        {[
          one.last_delivered_at !== null && `last ${moment(one.last_delivered_at)}`,
          one.tested_at !== null && `tested ${moment(one.tested_at)}`,
        ]
          .filter(Boolean)
          .join(", ")}
      </span>
      {one.state === "lost" && one.reason && <span class="detail">{one.reason}</span>}
    </li>
  );
}

function Computer({ history }: { history: Dashboard["history"] }) {
  const known = cost.value;
  const left = known?.disk_free_bytes != null && known.disk_bytes ? known.disk_free_bytes / known.disk_bytes : null;
  const share = known?.whole.cpu_share ?? null;
  return (
    <>
      <dl class="facts">
        <Fact name="Records" value={history.ok ? "stored" : "not stored"} tone={history.ok ? "good" : "warning"} />
        <Fact
          name="Disk free"
          value={bytes(known?.disk_free_bytes ?? null)}
          tone={left === null ? "unknown" : left < LOW ? "warning" : "good"}
        />
        <Fact name="Written today" value={bytes(known?.whole.written_today_bytes ?? null)} />
        <Fact name="Memory" value={bytes(known?.whole.memory_bytes ?? null)} />
        <Fact name="Processor core" value={share === null ? UNKNOWN : `${number(share * 100, 0)} %`} />
      </dl>
      {!history.ok && <p class="detail">{history.reason}</p>}
    </>
  );
}

function Fact({ name, value, tone }: { name: string; value: string; tone?: Tone }) {
  const seen = tone ?? (value === UNKNOWN ? "unknown" : "good");
  return (
    <div class={`tone-${seen}`}>
      <dt>{name}</dt>
      <dd>{seen === "warning" ? <Badge tone="warning">{value}</Badge> : value}</dd>
    </div>
  );
}
