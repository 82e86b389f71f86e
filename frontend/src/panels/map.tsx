import { signal } from "@preact/signals";
import { Badge, Panel, gravest } from "../parts";
import { loads, tellLoads } from "../past";
import { freshness } from "../store";
import type { Dashboard, GroupTile, LoadRow, PduTile } from "../types";
import { UNKNOWN, kw, plural } from "../words";
import { Cells, type Rack, STATES, acrossOf, counted } from "./rack";
import { RackLoads } from "./rack_loads";

const chosen = signal(""); // the rack whose loads are listed: "<group> <rack>"

/** Every load by its group and rack as its devices report it; kW is what is really metered. A rack opens its loads as a table. */
export function Loads({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Loads" past={feed.state_stale} tone={gravest(feed.groups.map((group) => group.tone))} note={<Legend />}>
      {feed.groups.length === 0 && <p class="calm">No load has been reported.</p>}
      <ul class="groups">
        {feed.groups.map((group) => (
          <Group key={group.name} group={group} racks={racksOf(group, loads.value ?? [], feed.pdus)} />
        ))}
      </ul>
    </Panel>
  );
}

/** Its loads by the PDU they hang on; all in one rack while that is not told. */
function racksOf(group: GroupTile, rows: LoadRow[], pdus: PduTile[]): Rack[] {
  const all = pdus.length > 0 && pdus.every((pdu) => freshness(pdu).stale);
  const isOld = (name: string) => pdus.some((pdu) => pdu.name === name && freshness(pdu).stale);
  const own = rows.filter((row) => row.group === group.name);
  if (own.length !== group.states.length)
    return group.states ? [{ name: group.name, states: group.states, loads: [], isOld: all }] : [];
  const racks = new Map<string, Rack>();
  own.forEach((row, i) => {
    const name = row.pdu || "no PDU";
    const rack = racks.get(name) ?? { name, states: "", loads: [], isOld: isOld(name) };
    rack.states += group.states[i];
    rack.loads.push(row);
    racks.set(name, rack);
  });
  return [...racks.values()];
}

function Group({ group, racks }: { group: GroupTile; racks: Rack[] }) {
  const open = racks.find((rack) => chosen.value === `${group.name} ${rack.name}`);
  return (
    <li>
      <p class="row">
        <span>
          <b>{group.name}</b> <span class="age">wanted: {group.target}</span>
        </span>
        <Metered group={group} />
      </p>
      <div class="racks">
        {racks.map((rack) => (
          <RackButton key={rack.name} rack={rack} id={`${group.name} ${rack.name}`} />
        ))}
      </div>
      <p class="row detail">
        <span>
          {racks.some((rack) => rack.isOld) && "last known: "}
          {racks.length > 0 ? counted(group.states.replaceAll("u", "")) || "none is known" : plural(group.members, "load")}
        </span>
        {group.unknown > 0 && <Badge tone="unknown">{group.unknown} unknown</Badge>}
      </p>
      {open && <RackLoads rack={open} close={() => (chosen.value = "")} />}
    </li>
  );
}

function RackButton({ rack, id }: { rack: Rack; id: string }) {
  const isOpen = chosen.value === id;
  const open = () => {
    chosen.value = isOpen ? "" : id;
    if (!isOpen) void tellLoads();
  };
  const across = acrossOf(rack.states);
  return (
    <button
      type="button"
      class="rack"
      aria-expanded={isOpen}
      aria-label={`${rack.name}: ${rack.isOld ? "last known, " : ""}${counted(rack.states)}`}
      style={{ "--across": across }}
      onClick={open}
    >
      <span class={rack.isOld ? "age is-stale" : "age"}>
        {rack.name}
        {rack.isOld && ": last known"}
      </span>
      <Cells states={rack.states} old={rack.isOld} />
    </button>
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

function Legend() {
  return (
    <span class="legend" aria-hidden="true">
      {Object.entries(STATES).map(([letter, word]) => (
        <span key={letter}>
          <Cells states={letter} across={1} />
          {word}
        </span>
      ))}
    </span>
  );
}
