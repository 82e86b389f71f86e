import { Badge, Panel, Table, gravest } from "../parts";
import { grown } from "../store";
import type { Dashboard, DeviceTile, Drill, Health, ServiceTile, Tone } from "../types";
import { UNKNOWN, capital, duration, moment, number, words } from "../words";

const HEALTH: Record<Health, Tone> = { ok: "good", starting: "unknown", lost: "bad", not_configured: "good" };
const PRESENCE: Record<ServiceTile["state"], Tone> = { online: "good", stopping: "warning", offline: "bad", unknown: "unknown" };

/** Devices, our own services and the ways to people: whether each answers. */
export function Devices({ feed }: { feed: Dashboard }) {
  const tones = [...feed.devices.map((one) => HEALTH[one.state]), ...feed.services.map((one) => PRESENCE[one.state])];
  return (
    <Panel title="Devices and services" tone={gravest(tones)}>
      {feed.devices.length === 0 && <p class="calm">No device has been reported.</p>}
      <Table label="Devices" head={["Device", "State", "Last answer"]}>
        {feed.devices.map((one) => (
          <Device key={one.name} one={one} owner={feed.services.find((service) => service.name === one.owner)} drill={feed.drills.find((drill) => drill.device === one.name)} />
        ))}
      </Table>
      <h3>Services</h3>
      <ul class="chips">
        {feed.services.map((one) => (
          <li key={one.name}>
            <Badge tone={PRESENCE[one.state]}>
              {one.name} {one.state}
            </Badge>
          </li>
        ))}
      </ul>
      <h3>Ways to people</h3>
      <ul class="chips">
        {feed.alarms.channels.map((one) => (
          <li key={one.name} title={[one.reason, one.test].filter(Boolean).join("; ")}>
            <Badge tone={HEALTH[one.state]}>
              {one.name} {words(one.state)}
              {one.waiting > 0 && `, ${one.waiting} waiting`}
              {one.last_delivered_at !== null && `, last ${moment(one.last_delivered_at)}`}
              {one.tested_at !== null && `, tested ${moment(one.tested_at)}`}
            </Badge>
          </li>
        ))}
        {feed.alarms.channels.length === 0 && <li class="calm">{feed.alarms.known ? "None is set up." : `${capital(UNKNOWN)}.`}</li>}
      </ul>
    </Panel>
  );
}

/** A device by its owner's word: nothing is known when its owner is gone. */
function Device({ one, owner, drill }: { one: DeviceTile; owner: ServiceTile | undefined; drill: Drill | undefined }) {
  const silent = owner?.state !== "online";
  const tone = silent ? "unknown" : HEALTH[one.state];
  const age = grown(one.age_s);
  return (
    <tr class={`tone-${tone}`}>
      <th scope="row">
        {one.name} <span class="age">{words(one.kind)}</span>
        {one.state !== "ok" && one.reason && <span class="detail">{one.reason}</span>}
        {drill && <span class="detail">{drilled(drill)}</span>}
      </th>
      <td>
        <Badge tone={tone}>{silent ? `unknown: ${one.owner} is silent` : words(one.state)}</Badge>
        {one.lost_since_at !== null && <span class="age"> since {moment(one.lost_since_at)}</span>}
      </td>
      <td class="age">{age === null ? "never" : duration(age)}</td>
    </tr>
  );
}

function drilled(drill: Drill): string {
  if (drill.at === null) return "never drilled";
  const after = drill.seconds === null ? "" : ` in ${number(drill.seconds)} s`;
  return `drilled ${moment(drill.at)}, ${drill.proven ? `proven${after}` : "not proven"}`;
}
