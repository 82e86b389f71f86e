import { Meter } from "../meter";
import { Age, Badge, Panel, Value, gravest, isSilent } from "../parts";
import { hour } from "../past";
import { Spark } from "../spark";
import { freshness } from "../store";
import type { Aged, Dashboard, SensorTile } from "../types";
import { airOf, celsius } from "../units";
import { number } from "../words";

const ORDER = ["intake", "exhaust", "other", ""];

/** The hottest intake first; then each zone with its sensors: limits, the last hour, the value, its age; humidity likewise. */
export function Temperature({ feed }: { feed: Dashboard }) {
  const { temperature, humidity } = feed;
  const climate = feed.sensors.filter((one) => airOf(one.unit));
  const zones = [...new Set(climate.map((one) => one.zone))].sort();
  return (
    <Panel
      title="Temperature"
      past={isSilent(feed, "collector")}
      tone={gravest([temperature.tone, humidity.tone, ...climate.map((one) => one.tone)])}
      note={limits(temperature)}
    >
      <Worst feed={feed} climate={climate} />
      {climate.length === 0 && <p class="calm">No sensor has been heard yet.</p>}
      {zones.map((zone) => (
        <section key={zone} class="zone" aria-label={zone || "no zone"}>
          {(zone || zones.length > 1) && <h3>{zone || "no zone"}</h3>}
          <ul>
            {sorted(climate.filter((one) => one.zone === zone)).map((one) => (
              <Sensor key={one.name} one={one} feed={feed} />
            ))}
          </ul>
        </section>
      ))}
    </Panel>
  );
}

/** The hottest intake and the highest humidity. */
function Worst({ feed, climate }: { feed: Dashboard; climate: SensorTile[] }) {
  const { temperature, humidity } = feed;
  const warm = climate.filter((one) => airOf(one.unit) === "temperature");
  const intakes = warm.filter((one) => one.role === "intake");
  return (
    <div class="pair">
      <p class={`big tone-${temperature.tone}`}>
        <Value value={temperature.max_c} unit="Cel" of={youngest(intakes.length > 0 ? intakes : warm)} decimals={1} />
        <span class="caption">
          hottest intake{feed.state_stale && ", not judged while the controller is silent"}{" "}
          {feed.leases.some((lease) => lease.kind === "temperature") && <Badge tone="warning">forced</Badge>}
        </span>
      </p>
      <p class={`big small tone-${humidity.tone}`}>
        <Value value={humidity.max_percent} unit="%RH" of={youngest(climate.filter((one) => !warm.includes(one)))} decimals={0} />
        <span class="caption">humidity, limit {number(humidity.limit_percent, 0)} %</span>
      </p>
    </div>
  );
}

function limits({ warn_c, shed_c, emergency_c }: Dashboard["temperature"]): string {
  return `warns at ${number(warn_c, 0)}, sheds at ${number(shed_c, 0)}, trips at ${number(emergency_c, 0)} °C`;
}

function Sensor({ one, feed }: { one: SensorTile; feed: Dashboard }) {
  const live = one.value !== null && !freshness(one).stale;
  const wet = airOf(one.unit) === "humidity";
  return (
    <li class={`sensor tone-${one.tone}`}>
      <span class="name" title={one.name}>
        {one.label || one.name} <span class="age">{wet ? "humidity" : one.role}</span>
      </span>
      <Gauge one={one} feed={feed} />
      <Spark
        series={hour.value.get(one.name)}
        now={feed.time}
        value={live ? one.value : null}
        least={wet ? 10 : 4}
        staleAfterS={one.stale_after_s}
      />
      <Value value={one.value} unit={one.unit} of={one} decimals={1} />
      <Age of={one} out={one.value === null && one.measured_at !== null} />
      {one.forced && <Badge tone="warning">forced</Badge>}
      {one.reason && one.reason !== "stale" && <span class="detail">{one.reason}</span>}
    </li>
  );
}

/** The value between the limits it is judged by; only an intake is judged by temperature. */
function Gauge({ one, feed }: { one: SensorTile; feed: Dashboard }) {
  const { min_c, warn_c, shed_c, emergency_c } = feed.temperature;
  const at = celsius(one.value, one.unit);
  const marks = at === null ? [] : [{ kind: freshness(one).stale ? "needle is-old" : "needle", at }];
  if (airOf(one.unit) === "humidity")
    return <Meter slim high={100} parts={[{ kind: "shed", from: feed.humidity.limit_percent, to: 100 }]} marks={marks} />;
  const ends = { low: Math.min(min_c, 10) - 5, high: emergency_c + 10 };
  const judged = one.role === "intake";
  const parts = [
    { kind: "cold", from: ends.low, to: min_c },
    { kind: "warn", from: warn_c, to: shed_c },
    { kind: "shed", from: shed_c, to: emergency_c },
    { kind: "trip", from: emergency_c, to: ends.high },
  ];
  return <Meter slim {...ends} parts={judged ? parts : []} marks={marks} />;
}

function sorted(sensors: SensorTile[]): SensorTile[] {
  const rank = (one: SensorTile) => (airOf(one.unit) === "temperature" ? ORDER.indexOf(one.role) : ORDER.length);
  return sensors.sort((a, b) => rank(a) - rank(b));
}

function youngest(sensors: SensorTile[]): Aged {
  const ages = sensors.filter((sensor) => sensor.value !== null && sensor.age_s !== null);
  return ages.reduce<Aged>((best, one) => ((one.age_s ?? Infinity) < (best.age_s ?? Infinity) ? one : best), {
    age_s: null,
    stale: true,
    stale_after_s: 0,
  });
}
