import type { ComponentChildren } from "preact";
import { ReleaseLease, ResetTrip, Unlock } from "../ask/actions";
import { Panel } from "../parts";
import type { Dashboard } from "../types";
import { kw, moment, words } from "../words";

/** What is missing, what holds load down or a thing still, and what would be done if the site were armed. */
export function Holds({ feed }: { feed: Dashboard }) {
  const nothing = [feed.missing, feed.limits, feed.trips, feed.lockouts, feed.leases, feed.would_do].every((list) => list.length === 0);
  const tone = feed.trips.length > 0 ? "bad" : feed.missing.length + feed.lockouts.length > 0 ? "warning" : "good";
  return (
    <Panel title="Missing and held" past={feed.state_stale} tone={tone}>
      {nothing && <p class="calm">{feed.mode === null ? "Unknown: the controller is silent." : "Nothing is missing and nothing is held."}</p>}
      <List title="Tripped until a person resets it" items={feed.trips.map((one) => `${words(one.key)}: ${one.reason}, since ${moment(one.since_at)}`)} acts={feed.trips.map((trip) => <ResetTrip trip={trip} />)} />
      <List title="Missing" items={feed.missing} />
      <List title="Limits in force" items={feed.limits.map((one) => `${one.scope}: at most ${kw(one.ceiling_kw)} by ${words(one.rule)}${feed.headline.why.includes(one.reason) ? "" : `. ${one.reason}`}`)} />
      <List title="Locked out" items={feed.lockouts.map((one) => `${one.target} by ${one.owner}: ${one.reason}, since ${moment(one.since_at)}`)} acts={feed.lockouts.map((lockout) => <Unlock lockout={lockout} />)} />
      <List title="Held by a person" items={feed.leases.map((one) => `${words(one.kind)} by ${one.owner} until ${moment(one.until_at)}${one.reason && `: ${one.reason}`}`)} acts={feed.leases.map((lease) => <ReleaseLease lease={lease} />)} />
      <List title="Observing: this would be done" items={feed.would_do} />
    </Panel>
  );
}

function List({ title, items, acts }: { title: string; items: string[]; acts?: ComponentChildren[] }): ComponentChildren {
  if (items.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="plain">
        {items.map((item, index) => (
          <li key={item}>
            {item}
            {acts?.[index]}
          </li>
        ))}
      </ul>
    </>
  );
}
