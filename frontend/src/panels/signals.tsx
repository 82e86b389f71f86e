import { Age, Badge, Panel, gravest, isSilent } from "../parts";
import { feed as present, freshness } from "../store";
import type { Dashboard, SignalTile } from "../types";
import { capital, kw, moment } from "../words";

/** What each power signal asks for, and what follows from it. */
export function Signals({ feed }: { feed: Dashboard }) {
  return (
    <Panel
      title="Power signals"
      past={feed.state_stale || isSilent(feed, "collector")}
      tone={gravest(feed.signals.map((one) => one.tone))}
    >
      {feed.signals.length === 0 && (
        <p class="calm">{feed.mode === null ? "Unknown: the controller is silent." : "No power signal is configured."}</p>
      )}
      <ul class="cards">
        {feed.signals.map((one) => (
          <li key={one.name}>
            <p class="name">
              {one.name} <span class="age">{service(one)}</span>
            </p>
            <p class={freshness(one).stale ? "level is-stale" : "level"}>
              <Badge tone={one.tone}>{capital(one.level)}</Badge>
              {one.target_kw !== null && ` to ${kw(one.target_kw)}`} <Age of={one} />
            </p>
            {consequences(one, feed.headline.why).map((text) => (
              <p key={text} class="detail">
                {text}
              </p>
            ))}
            {one.raw_text && <p class="raw">“{one.raw_text}”</p>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** True for an event that has not begun. */
export function isPlanned(one: SignalTile): boolean {
  return one.from_at !== null && one.from_at > (present.value?.time ?? 0);
}

/** A planned event in words: "planned: Control from 14:00 to 18:00, at most 400 kW". */
export function planned(one: SignalTile): string {
  const until = one.until_at === null ? "" : ` to ${moment(one.until_at)}`;
  const most = one.target_kw === null ? "" : `, at most ${kw(one.target_kw)}`;
  return `planned: ${capital(one.level)} from ${moment(one.from_at)}${until}${most}`;
}

/** Whether it counts: in service, and matched once since the installation. */
function service(one: SignalTile): string {
  return `${one.in_service ? "in service" : "out of service"}, ${one.commissioned ? "commissioned" : "not commissioned"}`;
}

/** What follows from a signal, without what the headline says of it. */
function consequences(one: SignalTile, said: string[]): string[] {
  return [
    one.effective !== one.level ? `counts as ${one.effective}` : "",
    one.commissioned ? "" : "never matched since the installation",
    isPlanned(one) ? planned(one) : one.until_at === null ? "" : `until ${moment(one.until_at)}`,
    said.includes(one.reason) ? "" : one.reason,
  ].filter(Boolean);
}
