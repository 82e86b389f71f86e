import { moment } from "../words";

interface Happened {
  timestamp: string;
  title: string;
  reasons: string[];
}

/** When, what and why, of a row of the records. */
export function What({ of: { timestamp, title, reasons } }: { of: Happened }) {
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
