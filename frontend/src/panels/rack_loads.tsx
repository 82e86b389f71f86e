import { useEffect } from "preact/hooks";
import { Badge, Table } from "../parts";
import { loads, loadsAt, tellLoads } from "../past";
import { feed, sinceFeedS } from "../store";
import type { LoadRow } from "../types";
import { duration, number } from "../words";
import { type Letter, type Rack, STATES } from "./rack";

const EVERY_MS = 10_000;
const OLD_S = 60; // watts older than this are drawn as old

/** The loads of a rack one by one, asked for again while they are shown. */
export function RackLoads({ rack, close }: { rack: Rack; close: () => void }) {
  useEffect(() => {
    const timer = setInterval(() => void tellLoads(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="rack-loads">
      <p class="row">
        <b>{rack.name}</b>
        <button type="button" class="ask" onClick={close}>
          Close
        </button>
      </p>
      {loads.value === null && <p class="calm">Which loads these are is unknown: the service does not answer.</p>}
      <Table label={`Loads of ${rack.name}`} head={["Load", "Outlet", "State", "Power", "Age"]}>
        {rack.loads.map((row, i) => (
          <Load key={row.name} row={row} letter={(rack.states[i] ?? "u") as Letter} />
        ))}
      </Table>
    </div>
  );
}

function Load({ row, letter }: { row: LoadRow; letter: Letter }) {
  const age = row.watts_age_s === null ? null : row.watts_age_s + (feed.value?.time ?? 0) + sinceFeedS.value - loadsAt.value;
  const old = age === null || age > OLD_S;
  return (
    <tr>
      <th scope="row">
        {row.name} {row.locked_out && <Badge tone="warning">locked out</Badge>}
      </th>
      <td>
        {row.outlet ?? "–"} <span class={row.outlet_state === "unknown" ? "is-unknown" : "age"}>{row.outlet_state}</span>
      </td>
      <td>
        <span class={letter === "u" ? "is-unknown" : ""}>{STATES[letter]}</span>
      </td>
      <td class="count">
        {row.watts === null ? (
          <span class="is-unknown">unknown</span>
        ) : (
          <span class={old ? "value is-stale" : "value"}>{number(row.watts, 0)} W</span>
        )}
      </td>
      <td class={old ? "age is-stale" : "age"}>{age === null ? "never" : duration(age)}</td>
    </tr>
  );
}
