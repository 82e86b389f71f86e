import { Age, Badge, Panel, Table, Value, gravest } from "../parts";
import { freshness } from "../store";
import type { Dashboard, SensorTile, SwitchTile } from "../types";
import { capital, plural } from "../words";

const CLIMATE = ["Cel", "F", "%RH"];
const ACTIVE: Record<SwitchTile["role"], [string, string]> = {
  utility: ["asks to curtail", "normal"],
  door: ["open", "closed"],
  flood: ["water", "dry"],
  smoke: ["smoke", "clear"],
  other: ["active", "inactive"],
};

/** Every sensor and contact with its age. */
export function Sensors({ feed }: { feed: Dashboard }) {
  const climate = feed.sensors.filter((one) => CLIMATE.includes(one.unit));
  const meters = feed.sensors.filter((one) => !CLIMATE.includes(one.unit));
  const bad = meters.filter((one) => one.value === null || freshness(one).stale).length;
  const tones = [...feed.sensors, ...feed.switches].map((one) => one.tone);
  return (
    <Panel title="Sensors and contacts" tone={gravest(tones)}>
      {tones.length === 0 && <p class="calm">No sensor has been heard yet.</p>}
      <Table label="Sensors and contacts" head={["Sensor", "Value", "Age"]}>
        {climate.map((one) => (
          <Sensor key={one.name} one={one} />
        ))}
        {feed.switches.map((one) => (
          <Contact key={one.name} one={one} />
        ))}
      </Table>
      {meters.length > 0 && (
        <details>
          <summary>
            {plural(meters.length, "meter reading")}
            {bad > 0 && `, ${bad} unknown or stale`}
          </summary>
          <Table label="Meter readings" head={["Series", "Value", "Age"]}>
            {meters.map((one) => (
              <Sensor key={one.name} one={one} />
            ))}
          </Table>
        </details>
      )}
    </Panel>
  );
}

function Sensor({ one }: { one: SensorTile }) {
  return (
    <tr class={`tone-${one.tone}`}>
      <th scope="row" title={one.name}>
        {one.label || one.name} <span class="age">{[one.role, one.zone].filter(Boolean).join(", ")}</span>
        {one.reason && <span class="detail">{one.reason}</span>}
      </th>
      <td class="count">
        <Value value={one.value} unit={one.unit} of={one} decimals={Math.abs(one.value ?? 0) < 1000 ? 1 : 0} />
        {one.forced && (
          <>
            {" "}
            <Badge tone="warning">forced</Badge>
          </>
        )}
      </td>
      <td>
        <Age of={one} />
      </td>
    </tr>
  );
}

function Contact({ one }: { one: SwitchTile }) {
  const [active, inactive] = ACTIVE[one.role];
  const text = one.active === null ? "unknown" : one.active ? active : inactive;
  const state = one.active === null ? "is-unknown" : freshness(one).stale ? "is-stale" : "";
  return (
    <tr class={`tone-${one.tone}`}>
      <th scope="row" title={one.name}>
        {one.label || one.name} <span class="age">{one.role}</span>
        {one.reason && <span class="detail">{one.reason}</span>}
      </th>
      <td class={`count ${state}`}>{one.tone === "good" ? capital(text) : <Badge tone={one.tone}>{capital(text)}</Badge>}</td>
      <td>
        <Age of={one} />
      </td>
    </tr>
  );
}
