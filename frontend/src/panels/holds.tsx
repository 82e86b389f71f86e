import type { ComponentChildren } from "preact";
import { BackIntoService, ResetTrip, Unlock } from "../ask/actions";
import { Panel } from "../parts";
import type { Dashboard, Limit, Lockout, Trip } from "../types";
import { capital, kw, moment, tripName, words } from "../words";
import { LeaseLine } from "./lease_line";

/** What is missing, what holds load down or a thing still, and what would be done if the site were armed. */
export function Holds({ feed }: { feed: Dashboard }) {
  const out = feed.signals.filter((one) => !one.in_service);
  const nothing = [feed.missing, out, feed.limits, feed.trips, feed.lockouts, feed.leases, feed.would_do].every(
    (list) => list.length === 0,
  );
  const tone = feed.trips.length > 0 ? "bad" : feed.missing.length + out.length + feed.lockouts.length > 0 ? "warning" : "good";
  return (
    <Panel title="Missing and held" past={feed.state_stale} tone={tone}>
      {nothing && (
        <p class="calm">
          {feed.mode === null ? "Unknown: the controller is silent." : "Nothing is missing and nothing is held."}
        </p>
      )}
      <List
        title="Tripped until a person resets it"
        items={feed.trips.map((one) => `${capital(tripName(one.key))}: ${one.reason}, since ${moment(one.since_at)}`)}
        acts={feed.trips.map((trip) => (
          <Reset trip={trip} />
        ))}
      />
      <List title="Missing" items={feed.missing} />
      <List
        title="Out of service"
        items={out.map((one) => `${one.name}: ${one.reason}`)}
        acts={out.map((one) => (
          <BackIntoService signal={one} />
        ))}
      />
      <List title="Limits in force" items={feed.limits.map((one) => limited(one, feed.headline.why))} />
      <List
        title="Locked out"
        items={feed.lockouts.map(locked)}
        acts={feed.lockouts.map((lockout) => (
          <Unlock lockout={lockout} />
        ))}
      />
      <List
        title="Held by a person"
        items={feed.leases.map((lease) => (
          <LeaseLine lease={lease} />
        ))}
      />
      <List title="Observing: this would be done" items={feed.would_do} />
    </Panel>
  );
}

/** Its reason, unless the headline has said it. */
function limited({ scope, ceiling_kw, rule, reason }: Limit, said: string[]): string {
  return `${scope}: at most ${kw(ceiling_kw)} by ${words(rule)}${said.includes(reason) ? "" : `. ${reason}`}`;
}

function locked({ target, owner, reason, since_at }: Lockout): string {
  return `${target} by ${owner}${reason && `: ${reason}`}, since ${moment(since_at)}`;
}

/** Why it would be refused stands with it. */
function Reset({ trip }: { trip: Trip }) {
  return (
    <>
      {trip.present && <p class="detail present">{`Not to be reset yet: ${trip.present}.`}</p>}
      <ResetTrip trip={trip} />
    </>
  );
}

function List({
  title,
  items,
  acts,
}: {
  title: string;
  items: ComponentChildren[];
  acts?: ComponentChildren[];
}): ComponentChildren {
  if (items.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="plain">
        {items.map((item, index) => (
          <li key={typeof item === "string" ? item : index}>
            {item}
            {acts?.[index]}
          </li>
        ))}
      </ul>
    </>
  );
}
