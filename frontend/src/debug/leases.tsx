// The holds of one kind that are in force: what, whose, how long still, and a way to end each.

import { ReleaseLease } from "../ask/release";
import { sinceFeedS } from "../store";
import type { Dashboard } from "../types";
import { moment, words } from "../words";

export function Leases({ feed, kind }: { feed: Dashboard; kind: string }) {
  return (
    <ul class="leases" aria-label={`Held: ${kind}`}>
      {feed.leases
        .filter((lease) => lease.kind === kind)
        .map((lease) => (
          <li key={lease.id}>
            <p>
              <b class="count">{left(lease.until_at - feed.time - sinceFeedS.value)}</b> {what(lease.payload)}
              <span class="detail">
                by {lease.owner} until {moment(lease.until_at, true)} {lease.reason}
              </span>
            </p>
            <ReleaseLease lease={lease} />
          </li>
        ))}
    </ul>
  );
}

/** "00:29:59" */
function left(seconds: number): string {
  return new Date(Math.max(0, seconds) * 1000).toISOString().slice(11, 19);
}

const SHOWN_BESIDE = /^(id|kind|owner|reason|seconds|by_calendar)$/;

/** What of the hold says something. */
function what(payload: string): string {
  const fields = Object.entries(JSON.parse(payload) as Record<string, unknown>);
  const told = fields.filter(([name, value]) => value !== null && String(value) && !SHOWN_BESIDE.test(name));
  return told.map(([name, value]) => `${words(name)} ${value}`).join(", ");
}
