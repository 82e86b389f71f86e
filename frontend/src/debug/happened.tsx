import type { Decision } from "../types";
import { moment } from "../words";

/** When, what and why, of a row of the records. */
export function What({ of: { timestamp, title, reasons } }: { of: Pick<Decision, "timestamp" | "title" | "reasons"> }) {
  return (
    <>
      {moment(Date.parse(timestamp) / 1000, true)} {title}
      <span class="detail">{reasons.join("; ")}</span>
    </>
  );
}

/** Said where a list of the records is null. */
export function Silent({ list }: { list: unknown }) {
  return list === null && <p class="calm">Unknown: the history does not answer.</p>;
}
