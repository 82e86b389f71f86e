import { ask } from "../ask/ask";
import type { Answer } from "../ask/ask";
import { Asking } from "../ask/asking";
import { Badge, Panel, Table } from "../parts";
import { feed as live } from "../store";
import type { Dashboard, Drill } from "../types";
import { moment } from "../words";

const LOOK_MS = 500;

/** Each acting device: when it was last moved on purpose, and whether a reading proved it. */
export function Drills({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Drills" past={feed.state_stale}>
      {feed.drills.length === 0 && <p class="calm">No acting device is known.</p>}
      <Table label="Drills by device" head={["Device", "Last", "Result", ""]}>
        {feed.drills.map((one) => (
          <tr key={one.device}>
            <th scope="row">{one.device}</th>
            <td>{one.at === null ? "never" : moment(one.at)}</td>
            <td>{one.at !== null && <Badge tone={one.proven ? "good" : "bad"}>{result(one)}</Badge>}</td>
            <td>
              <Asking label="Drill now" send={() => drill(one)} />
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function result(one: Drill): string {
  return one.proven ? `proven in ${one.seconds ?? "?"} s: ${one.how}` : one.how;
}

/** Asks, and waits for what comes of it: another date, or its hold gone without one. */
async function drill(before: Drill): Promise<Answer> {
  const answer = await ask("drill", { device: before.device }, "debug page");
  let ran = false;
  while (answer.state === "done") {
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
    const after = live.value?.drills.find((one) => one.device === before.device);
    const runs = live.value?.leases.some((lease) => lease.kind === "drill");
    if (after && after.at !== before.at) return { ...answer, state: after.proven ? "done" : "refused", words: result(after) };
    if (ran && !runs) return { ...answer, state: "refused", words: "It ended without an outcome." };
    ran ||= runs === true;
  }
  return answer;
}
