import { Mark, TONES, Table } from "../parts";
import { UNKNOWN, moment, number, plural } from "../words";
import { drawn, marked } from "./asked";
import type { Line } from "./lines";
import { lasted } from "./occurrences";
import type { Group } from "./range";

const MOST = 40;

/** What is marked in the charts, in words. */
export function Marked() {
  const { all, since } = marked.value;
  const off = all.filter((one) => one.kind === "curtailment").length;
  return (
    <details class="marked">
      <summary>{`Marked: ${plural(off, "curtailment")}, ${plural(all.length - off, "alarm")}`}</summary>
      {since > drawn.value.from && <p class="note">{`There were more: those before ${moment(since)} are not marked.`}</p>}
      <ul>
        {all.slice(0, MOST).map((one) => (
          <li key={`${one.from} ${one.short}`}>
            {one.kind !== "curtailment" && <Mark tone={TONES[one.kind]} />}
            {one.link ? <a href={one.link}>{one.words}</a> : one.words}
            <span class="note"> {lasted(one)}</span>
          </li>
        ))}
      </ul>
      {all.length > MOST && <p class="note">{`And ${all.length - MOST} earlier ones.`}</p>}
    </details>
  );
}

/** The charts as figures: lowest, mean and highest of each series. */
export function Figures({ groups }: { groups: { group: Group; lines: Line[] }[] }) {
  const rows = groups.flatMap(({ group, lines }) => lines.map((line) => ({ group, line, ...figures(line) })));
  return (
    <details class="figures">
      <summary>Figures of this time</summary>
      <Table label="Figures of the charts" head={["Series", "Lowest", "Mean", "Highest", "Unit"]}>
        {rows.map(({ group, line, low, mean, high, forced }) => (
          <tr key={group + line.name}>
            <th scope="row">
              {group}: {line.name}
              {forced && <span class="is-unknown"> some forced</span>}
            </th>
            {[low, mean, high].map((value, index) => (
              <td key={index}>{value === null ? UNKNOWN : number(value, 1)}</td>
            ))}
            <td>{line.unit}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}

function figures({ samples }: Line) {
  const seen = samples.filter((one) => one.mean !== null);
  if (seen.length === 0) return { low: null, mean: null, high: null, forced: false };
  return {
    low: Math.min(...seen.map((one) => one.low ?? one.mean ?? Infinity)),
    mean: seen.reduce((sum, one) => sum + (one.mean ?? 0), 0) / seen.length,
    high: Math.max(...seen.map((one) => one.high ?? one.mean ?? -Infinity)),
    forced: seen.some((one) => one.forced),
  };
}
