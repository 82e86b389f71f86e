import { Meter } from "../meter";
import { Age, Panel, Value } from "../parts";
import { freshness } from "../store";
import type { Dashboard, LoadTile } from "../types";
import { clock, duration, kw } from "../words";
import { isPlanned, planned } from "./signals";

/** The site's load against its target and its full load; what is unknown is hatched, never counted as off. */
export function Load({ feed }: { feed: Dashboard }) {
  const { load } = feed;
  const unknown = load.unknown_kw === null || load.unknown_kw > 0;
  return (
    <Panel
      title="Load"
      past={feed.state_stale}
      tone={load.measured_kw === null || unknown || freshness(load).stale ? "unknown" : "good"}
      note={<Age of={load} />}
    >
      <p class="big">
        <Value value={load.measured_kw} unit="kW" of={load} />
        <span class="caption">of {kw(load.nominal_kw)} at full load</span>
      </p>
      <Bar load={load} />
      <dl class="facts">
        <Fact name="Target" kind="target" value={load.target_kw} />
        <Fact name="Setpoint" kind="setpoint" value={load.setpoint_kw} />
        <Fact name="Can come off" value={load.ready_kw} />
        <Fact name="Unknown" kind="unknown" value={load.unknown_kw} wrong={unknown} />
      </dl>
      <Interval load={load} now={feed.time} />
      <ul class="plain planned">
        {feed.signals.filter(isPlanned).map((one) => (
          <li key={one.name}>{planned(one)}</li>
        ))}
      </ul>
    </Panel>
  );
}

function Fact({ name, value, kind, wrong = false }: { name: string; value: number | null; kind?: string; wrong?: boolean }) {
  return (
    <div class={wrong || value === null ? "tone-unknown" : ""}>
      <dt>
        {kind && <i class={`key ${kind}`} />}
        {name}
      </dt>
      <dd>{kw(value)}</dd>
    </div>
  );
}

function Bar({ load }: { load: LoadTile }) {
  const full = Math.max(load.nominal_kw ?? 0, load.measured_kw ?? 0, 1);
  const measured = load.measured_kw ?? 0;
  const marks = [
    { kind: "setpoint", at: load.setpoint_kw },
    { kind: "target", at: load.target_kw },
  ].filter((mark): mark is { kind: string; at: number } => mark.at !== null);
  const parts = [
    { kind: freshness(load).stale ? "fill is-old" : "fill", from: 0, to: measured },
    { kind: "unknown", from: measured, to: measured + (load.unknown_kw ?? 0) },
  ];
  return (
    <Meter
      label={`${kw(load.measured_kw)} of ${kw(load.nominal_kw)}, ${kw(load.unknown_kw)} unknown, target ${kw(load.target_kw)}`}
      high={full}
      parts={parts}
      marks={marks}
    />
  );
}

/** The running settlement interval: how much of it has passed, and what its mean will be against what was asked. */
function Interval({ load, now }: { load: LoadTile; now: number }) {
  const { interval_kw, interval_ends_at, interval_limit_kw, interval_minutes } = load;
  if (interval_kw === null) return <p class="calm">No interval of {interval_minutes} min is judged now.</p>;
  const ends = interval_ends_at ?? now;
  const high = Math.max(interval_kw, interval_limit_kw ?? 0, load.nominal_kw ?? 0, 1);
  return (
    <div class="interval">
      <h3>
        Interval of {interval_minutes} min{interval_ends_at !== null && ` to ${clock(ends)}, ${duration(ends - now)} left`}
      </h3>
      {interval_ends_at !== null && (
        <Meter
          slim
          high={interval_minutes * 60}
          parts={[{ kind: "elapsed", from: 0, to: interval_minutes * 60 - (ends - now) }]}
        />
      )}
      <p>
        Its mean will be <b>{kw(interval_kw)}</b>
        {interval_limit_kw !== null && `, asked for: at most ${kw(interval_limit_kw)}`}
      </p>
      <Meter
        slim
        high={high}
        parts={[{ kind: "fill", from: 0, to: interval_kw }]}
        marks={interval_limit_kw === null ? [] : [{ kind: "limit", at: interval_limit_kw }]}
      />
    </div>
  );
}
