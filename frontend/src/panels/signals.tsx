import { Age, Badge, Panel, gravest } from "../parts";
import { freshness } from "../store";
import type { Dashboard, SignalTile } from "../types";
import { capital, kw } from "../words";

/** What each power signal asks for, and what follows from it. */
export function Signals({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Power signals" past={feed.state_stale} tone={gravest(feed.signals.map((one) => one.tone))}>
      {feed.signals.length === 0 && <p class="calm">{feed.mode === null ? "Unknown: the controller is silent." : "No power signal is configured."}</p>}
      <ul class="cards">
        {feed.signals.map((one) => (
          <li key={one.name}>
            <p class="name">{one.name}</p>
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

/** What follows from a signal, without what the headline says of it. */
function consequences(one: SignalTile, said: string[]): string[] {
  return [
    one.effective !== one.level ? `counts as ${one.effective}` : "",
    one.commissioned ? "" : "not commissioned: never matched since the installation",
    one.in_service ? "" : "out of service",
    said.includes(one.reason) ? "" : one.reason,
  ].filter(Boolean);
}
