import { Age, Panel, Value } from "../parts";
import type { Dashboard, LoadTile } from "../types";
import { kw, words } from "../words";
import { isPlanned, planned } from "./signals";

/** The site's load against its target and its full load; what is unknown is hatched, never counted as off. */
export function Load({ feed }: { feed: Dashboard }) {
  const { load } = feed;
  const unknown = load.unknown_kw === null || load.unknown_kw > 0;
  return (
    <Panel title="Load" past={feed.state_stale} tone={load.measured_kw === null || unknown ? "unknown" : "good"} note={<Age of={load} />}>
      <p class="big">
        <Value value={load.measured_kw} unit="kW" of={load} />
      </p>
      <Bar load={load} />
      <dl class="facts">
        <Fact name="Target" value={kw(load.target_kw)} />
        <Fact name="Setpoint now" value={kw(load.setpoint_kw)} />
        <Fact name="Full load" value={kw(load.nominal_kw)} />
        <div class={unknown ? "tone-unknown" : ""}>
          <dt>Unknown</dt>
          <dd>{kw(load.unknown_kw)}</dd>
        </div>
      </dl>
      <ul class="plain power">
        {lines(feed).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Panel>
  );
}

/** What the utility would ask next: what can be given, what holds now, how this interval will end, what is planned. */
function lines(feed: Dashboard): string[] {
  const { ready_kw, interval_kw, interval_limit_kw, interval_minutes } = feed.load;
  const event = feed.signals.find((one) => one.effective === "control" || one.effective === "emergency");
  const interval = interval_minutes === 15 ? "this quarter hour" : `this interval of ${interval_minutes} min`;
  const most = interval_limit_kw === null ? "" : ` of at most ${kw(interval_limit_kw)}`;
  return [
    ready_kw === null ? "ready: unknown what can be taken off now" : `ready: ${kw(ready_kw)} can be taken off and confirmed now`,
    event && feed.limited_by ? `limited by ${words(feed.limited_by)}` : "",
    interval_kw === null ? "" : `${interval}: ${kw(interval_kw)}${most}`,
    ...feed.signals.filter(isPlanned).map(planned),
  ].filter(Boolean);
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Bar({ load }: { load: LoadTile }) {
  const full = Math.max(load.nominal_kw ?? 0, load.measured_kw ?? 0, 1) * 1.02;
  const x = (value: number) => (100 * Math.min(value, full)) / full;
  const measured = load.measured_kw ?? 0;
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={`${kw(load.measured_kw)} of ${kw(load.nominal_kw)}, target ${kw(load.target_kw)}`}>
      <rect class="track" x="0" y="2" width="100" height="6" />
      <rect class="fill" x="0" y="2" width={x(measured)} height="6" />
      <rect class="unknown" x={x(measured)} y="2" width={x(load.unknown_kw ?? 0)} height="6" />
      {load.target_kw !== null && <rect class="target" x={Math.min(x(load.target_kw), 99.2)} y="0" width="0.8" height="10" />}
    </svg>
  );
}
