import { Age, Mark, Panel, Value, gravest } from "../parts";
import { freshness } from "../store";
import type { Dashboard, FanTile } from "../types";
import { number } from "../words";

/** Every fan: wanted, running, what its watts say of it, and how long it ran in all. */
export function Fans({ feed }: { feed: Dashboard }) {
  const running = feed.fans.filter((fan) => fan.running === "on").length;
  const proven = feed.fans.filter((fan) => fan.running === "on" && fan.proven === "proven").length;
  const note =
    feed.fans.length === 0
      ? undefined
      : `stage ${feed.fan_stage ?? "unknown"}; ${counted(feed, running)} running, ${counted(feed, proven)} proven`;
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

/** Unknown is never 0. */
function counted(feed: Dashboard, count: number): string {
  return feed.state_stale || feed.fans.every((fan) => fan.running === "unknown") ? "unknown" : `${count}`;
}

function Fan({ fan }: { fan: FanTile }) {
  return (
    <li class={`fan tone-${fan.tone}${isResting(fan) ? " is-resting" : ""}`} title={fan.reason}>
      <p class="name">
        <Rotor running={fan.running} />
        <span>
          <span class="hidden">Fan </span>
          {fan.number} <b>{fan.running}</b>
        </span>
      </p>
      {fan.commanded !== fan.running && !isStopping(fan) && <p class="proof">wanted {fan.commanded}</p>}
      <p class={isResting(fan) || isStopping(fan) ? "proof" : `proof is-${fan.proven}`}>
        {fan.proven === "disproved" && <Mark tone="bad" />}
        {proof(fan)}
        {fan.locked_out && <b>, locked out</b>}
      </p>
      <p class="age">
        <Value value={fan.watts} unit="W" of={fan} decimals={0} /> <Age of={fan} />
      </p>
      <p class="age">{fan.hours === null ? "hours unknown" : `${number(fan.hours, fan.hours < 10 ? 1 : 0)} h in all`}</p>
      {fan.tone !== "good" && fan.reason && <p class="detail">{fan.reason}</p>}
    </li>
  );
}

/** Off as it should be: there is no airflow to prove. */
function isResting(fan: FanTile): boolean {
  return fan.running === "off" && fan.commanded === "off" && fan.state === "resting";
}

/** Switched off just now; it runs out. */
function isStopping(fan: FanTile): boolean {
  return fan.commanded === "off" && fan.state === "stopping";
}

function proof(fan: FanTile): string {
  if (isResting(fan)) return "at rest";
  if (isStopping(fan)) return "stopping";
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
        [0, 90, 180, 270].map((turn) => (
          <path key={turn} class="blade" transform={`rotate(${turn})`} d="M0 0C1-4 5-6 3-9.500-1-9.500-3-5 0 0z" />
        ))
      )}
    </svg>
  );
}
