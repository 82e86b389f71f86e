import { Panel, Value } from "../parts";
import { freshness } from "../store";
import type { Aged, Dashboard, SensorTile, TemperatureTile } from "../types";
import { number } from "../words";

/** The hottest intake, every sensor on one scale with the limits it is judged by, and the humidity. */
export function Temperature({ feed }: { feed: Dashboard }) {
  const { temperature, humidity } = feed;
  const sensors = feed.sensors.filter((sensor) => sensor.unit === "Cel");
  const intakes = sensors.filter((sensor) => sensor.role === "intake");
  const of = youngest(intakes.length > 0 ? intakes : sensors);
  const note = `warns at ${number(temperature.warn_c, 0)}, sheds at ${number(temperature.shed_c, 0)}, trips at ${number(temperature.emergency_c, 0)} °C`;
  return (
    <Panel title="Temperature" tone={temperature.tone} note={note}>
      <div class="pair">
        <p class={`big tone-${temperature.tone}`}>
          <Value value={temperature.max_c} unit="Cel" of={of} decimals={1} />
          <span class="caption">hottest intake</span>
        </p>
        <p class={`big small tone-${humidity.tone}`}>
          {humidity.max_percent === null ? <span class="value is-unknown">unknown</span> : <span class="value">{number(humidity.max_percent, 0)}<span class="unit"> %</span></span>}
          <span class="caption">humidity, limit {number(humidity.limit_percent, 0)} %</span>
        </p>
      </div>
      <Scale limits={temperature} sensors={sensors} />
    </Panel>
  );
}

function youngest(sensors: SensorTile[]): Aged {
  const ages = sensors.filter((sensor) => sensor.value !== null && sensor.age_s !== null);
  return ages.reduce<Aged>((best, one) => ((one.age_s ?? Infinity) < (best.age_s ?? Infinity) ? one : best), { age_s: null, stale: true, stale_after_s: 0 });
}

function Scale({ limits, sensors }: { limits: TemperatureTile; sensors: SensorTile[] }) {
  const low = Math.min(limits.min_c, 10) - 5;
  const high = limits.emergency_c + 5;
  const x = (value: number) => (300 * (Math.min(Math.max(value, low), high) - low)) / (high - low);
  const live = sensors.filter((sensor) => sensor.value !== null);
  return (
    <svg class="scale" viewBox="0 0 300 44" role="img" aria-label={live.map((one) => `${one.label} ${number(one.value, 1)} °C`).join(", ") || "no temperature is known"}>
      <rect class="track" x="0" y="18" width="300" height="8" />
      <rect class="warn" x={x(limits.warn_c)} y="18" width={x(limits.shed_c) - x(limits.warn_c)} height="8" />
      <rect class="shed" x={x(limits.shed_c)} y="18" width={x(limits.emergency_c) - x(limits.shed_c)} height="8" />
      <rect class="trip" x={x(limits.emergency_c)} y="18" width={300 - x(limits.emergency_c)} height="8" />
      {[limits.min_c, 20, 30, limits.warn_c, limits.emergency_c].map((value) => (
        <text key={value} x={x(value)} y="42">
          {number(value, 0)}
        </text>
      ))}
      {live.map((one) => (
        <path key={one.name} class={freshness(one).stale ? "needle is-stale" : `needle ${one.role}`} d={`M${x(one.value ?? 0)} 17l-5 -11h10z`} />
      ))}
    </svg>
  );
}
