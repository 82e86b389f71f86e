import { Age, Panel, Value, gravest } from "../parts";
import { freshness } from "../store";
import type { Dashboard, FanTile } from "../types";

/** Every fan: wanted, running, and what its watts say of it. */
export function Fans({ feed }: { feed: Dashboard }) {
  const running = feed.fans.filter((fan) => fan.running === "on").length;
  const proven = feed.fans.filter((fan) => fan.running === "on" && fan.proven === "proven").length;
  const note = `stage ${feed.fan_stage ?? "unknown"}; ${running} running, ${proven} proven`;
  return (
    <Panel title="Fans" past={feed.state_stale} tone={gravest(feed.fans.map((fan) => fan.tone))} note={note}>
      {feed.fans.length === 0 && <p class="calm">No fan is known.</p>}
      <ul class="bank">
        {feed.fans.map((fan) => (
          <Fan key={fan.number} fan={fan} />
        ))}
      </ul>
    </Panel>
  );
}

function Fan({ fan }: { fan: FanTile }) {
  const wanted = fan.commanded === fan.running ? "" : `, wanted ${fan.commanded}`;
  return (
    <li class={`fan tone-${fan.tone}`} title={fan.reason}>
      <p class="name">
        <Rotor running={fan.running} />
        <span>
          <span class="hidden">Fan </span>
          {fan.number} <b>{fan.running}</b>
          {wanted}
        </span>
      </p>
      <p class={fan.running === "off" && fan.proven !== "disproved" ? "proof" : `proof is-${fan.proven}`}>
        {proof(fan)}
        {fan.locked_out && ", locked out"}
      </p>
      <p class="watts">
        <Value value={fan.watts} unit="W" of={fan} decimals={0} /> <Age of={fan} />
      </p>
      {fan.tone !== "good" && fan.reason && <p class="detail">{fan.reason}</p>}
    </li>
  );
}

function proof(fan: FanTile): string {
  if (fan.running === "off" && fan.proven === "unproven") return "at rest"; // there is no airflow to prove
  // A proof ages with the watts it rests on.
  return fan.proven === "proven" && freshness(fan).stale ? "was proven" : fan.proven;
}

function Rotor({ running }: { running: FanTile["running"] }) {
  return (
    <svg class={`rotor is-${running}`} viewBox="-12 -12 24 24" aria-hidden="true">
      <circle r="11" class="rim" />
      {running === "unknown" ? (
        <path class="ask" d="M-3.500-2.500C-3.500-8 3.500-7.500 3.500-3c0 2.500-3.500 2.500-3.500 5M0 5.500V7" />
      ) : (
        [0, 90, 180, 270].map((turn) => <path key={turn} class="blade" transform={`rotate(${turn})`} d="M0 0C1-4 5-6 3-9.500-1-9.500-3-5 0 0z" />)
      )}
    </svg>
  );
}
