import { Panel, Table } from "../parts";
import { commands } from "../past";
import type { CommandRow } from "../types";
import { moment, number, plural, words } from "../words";

/** Whether commands do what they say: confirmed by a measurement, and after how many seconds. */
export function Commands() {
  const truth = commands.value;
  const rows = truth?.rows ?? [];
  const note = truth?.truncated
    ? `since ${moment(Date.parse(truth.since) / 1000)}: too many for 24 h`
    : "last 24 h; p50 and p95: from sent to confirmed";
  return (
    <Panel title="Commands" tone={rows.some((row) => ended(row) > 0) ? "warning" : "good"} note={note}>
      {truth === null && <p class="calm">Unknown: the history does not answer.</p>}
      {truth && rows.length === 0 && <p class="calm">No command was sent.</p>}
      <Table label="Commands by device" head={["Device", "Sent", "Confirmed", "Failed", "p50", "p95"]}>
        {rows.map((row) => (
          <Row key={`${row.device} ${row.act}`} row={row} />
        ))}
      </Table>
    </Panel>
  );
}

function Row({ row }: { row: CommandRow }) {
  const failed = ended(row);
  return (
    <>
      <tr class={failed > 0 ? "tone-warning" : "tone-good"}>
        <th scope="row">
          {row.device} <span class="age">{words(row.act)}</span>
        </th>
        <td>{row.sent}</td>
        <td>{row.confirmed}</td>
        <td class={failed > 0 ? "is-failed" : ""}>{failed}</td>
        <td class="count">{seconds(row.p50_s)}</td>
        <td class="count">{seconds(row.p95_s)}</td>
      </tr>
      {failed + row.open + row.superseded > 0 && (
        <tr class="more">
          <td colSpan={6} class="detail">
            {[
              row.open > 0 ? `${row.open} open` : "",
              row.superseded > 0 ? `${row.superseded} replaced by the opposite order, no failure` : "",
              failed > 0 ? last(row) : "",
            ]
              .filter(Boolean)
              .join("; ")}
          </td>
        </tr>
      )}
    </>
  );
}

function ended(row: CommandRow): number {
  return row.refused + row.failed + row.expired + row.renewals_failed;
}

function last(row: CommandRow): string {
  const failure = row.last_failure;
  if (failure === null) return plural(ended(row), "failure");
  return `${moment(Date.parse(failure.at) / 1000)} ${failure.target} ${failure.phase}: ${failure.words}`;
}

function seconds(value: number | null): string {
  return value === null ? "–" : `${number(value)} s`;
}
