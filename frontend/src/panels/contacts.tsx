import { Age, Badge, Panel, Table, Value, gravest, isSilent } from "../parts";
import { freshness } from "../store";
import type { Dashboard, SensorTile, SwitchTile } from "../types";
import { airOf } from "../units";
import { capital, plural } from "../words";

const ACTIVE: Record<SwitchTile["role"], [string, string]> = {
  utility: ["asks to curtail", "normal"],
  door: ["open", "closed"],
  flood: ["water", "dry"],
  smoke: ["smoke", "clear"],
  other: ["active", "inactive"],
};

/** Every contact, and what the meters read, each with its age. */
export function Contacts({ feed }: { feed: Dashboard }) {
  const meters = feed.sensors.filter((one) => !airOf(one.unit)); // those of the air are shown by zone
  const bad = meters.filter((one) => one.value === null || freshness(one).stale).length;
  const tones = [...meters, ...feed.switches].map((one) => one.tone);
  return (
    <Panel title="Contacts and meters" past={isSilent(feed, "collector")} tone={gravest(tones)}>
      {tones.length === 0 && <p class="calm">Nothing has been heard yet.</p>}
      <ul class="contacts">
        {feed.switches.map((one) => (
          <Contact key={one.name} one={one} />
        ))}
      </ul>
      {meters.length > 0 && (
        <details>
          <summary>
            {plural(meters.length, "meter reading")}
            {bad > 0 && `, ${bad} unknown or stale`}
          </summary>
          <Table label="Meter readings" head={["Series", "Value", "Age"]}>
            {meters.map((one) => (
              <Reading key={one.name} one={one} />
            ))}
          </Table>
        </details>
      )}
    </Panel>
  );
}

function Contact({ one }: { one: SwitchTile }) {
  const [active, inactive] = ACTIVE[one.role];
  const text = capital(one.active === null ? "unknown" : one.active ? active : inactive);
  const state = one.active === null ? "is-unknown" : freshness(one).stale ? "is-stale" : "";
  return (
    <li title={one.name}>
      {`${one.label || one.name} `}
      <b class={`count ${state}`}>{one.tone === "good" ? text : <Badge tone={one.tone}>{text}</Badge>}</b> <Age of={one} />
      {one.reason && one.reason !== "stale" && <span class="detail">{one.reason}</span>}
    </li>
  );
}

function Reading({ one }: { one: SensorTile }) {
  return (
    <tr class={`tone-${one.tone}`}>
      <th scope="row" title={one.name}>
        {one.label || one.name}
        {one.reason && <span class="detail">{one.reason}</span>}
      </th>
      <td class="count">
        <Value value={one.value} unit={one.unit} of={one} decimals={Math.abs(one.value ?? 0) < 1000 ? 1 : 0} />{" "}
        {one.forced && <Badge tone="warning">forced</Badge>}
      </td>
      <td>
        <Age of={one} />
      </td>
    </tr>
  );
}
