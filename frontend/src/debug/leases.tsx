// The holds of one kind that are in force: what, whose, how long still, and a way to end each.

import { LeaseLine } from "../panels/lease_line";
import { sinceFeedS } from "../store";
import type { Dashboard } from "../types";

export function Leases({ feed, kind }: { feed: Dashboard; kind: string }) {
  return (
    <ul class="leases" aria-label={`Held: ${kind}`}>
      {feed.leases
        .filter((lease) => lease.kind === kind)
        .map((lease) => (
          <li key={lease.id}>
            <LeaseLine lease={lease} seconds>
              <b class="count">{left(lease.until_at - feed.time - sinceFeedS.value)}</b> left:{" "}
            </LeaseLine>
          </li>
        ))}
    </ul>
  );
}

/** "00:29:59" */
function left(seconds: number): string {
  return new Date(Math.max(0, seconds) * 1000).toISOString().slice(11, 19);
}
