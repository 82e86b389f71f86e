import { Badge, Panel, gravest } from "../parts";
import type { Dashboard, GroupTile } from "../types";
import { UNKNOWN, kw } from "../words";

const PARTS = ["hashing", "waking", "asleep", "unknown"] as const;

/** The loads by group, as their devices report them; kW is what is really metered. */
export function Groups({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Loads" past={feed.state_stale} tone={gravest(feed.groups.map((group) => group.tone))} note={<Legend />}>
      {feed.groups.length === 0 && <p class="calm">No load has been reported.</p>}
      <ul class="groups">
        {feed.groups.map((group) => (
          <li key={group.name}>
            <p class="row">
              <span>
                <b>{group.name}</b> <span class="age">wanted: {group.target}</span>
              </span>
              <Metered group={group} />
            </p>
            <Mix group={group} />
            <p class="row detail">
              <span>{counts(group)}</span>
              {group.unknown > 0 && <Badge tone="unknown">{group.unknown} unknown</Badge>}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Metered({ group }: { group: GroupTile }) {
  if (group.measured_kw === null) return <span class="is-unknown">{UNKNOWN} kW</span>;
  return (
    <span>
      <b>{kw(group.measured_kw)}</b>
      {group.metered < group.members && <span class="age"> from {group.metered} metered</span>}
    </span>
  );
}

function counts(group: GroupTile): string {
  const known = PARTS.filter((part) => part !== "unknown" && group[part] > 0).map((part) => `${group[part]} ${part}`);
  const off = group.outlets_off > 0 ? [`${group.outlets_off} with open outlet`] : [];
  return [`${group.members} loads`, ...known, ...off].join(", ");
}

function Mix({ group }: { group: GroupTile }) {
  let from = 0;
  return (
    <svg class="mix" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {PARTS.map((part) => {
        const width = (100 * group[part]) / Math.max(group.members, 1);
        from += width;
        return <rect key={part} class={part} x={from - width} y="0" width={width} height="10" />;
      })}
    </svg>
  );
}

function Legend() {
  return (
    <span class="legend" aria-hidden="true">
      {PARTS.map((part) => (
        <span key={part}>
          <svg viewBox="0 0 10 10">
            <rect class={part} width="10" height="10" />
          </svg>
          {part}
        </span>
      ))}
    </span>
  );
}
