export interface Stretch {
  kind: string; // its class: fill, unknown, target, ...
  from: number;
  to: number;
}

/** Amounts on one line, each at its place from `low` to `high`; `label` says what it shows, or else the words beside it do. */
export function Meter({
  label,
  low = 0,
  high,
  parts,
  marks = [],
  slim,
}: {
  label?: string;
  low?: number;
  high: number;
  parts: Stretch[];
  marks?: { kind: string; at: number }[];
  slim?: boolean;
}) {
  const place = (value: number) => (100 * (Math.min(Math.max(value, low), high) - low)) / Math.max(high - low, 1e-9);
  return (
    <div
      class={slim ? "meter is-slim" : "meter"}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      {parts.map(({ kind, from, to }) => (
        <span key={kind} class={kind} style={{ left: `${place(from)}%`, width: `${place(to) - place(from)}%` }} />
      ))}
      {marks.map(({ kind, at }) => (
        <i key={kind} class={kind} style={{ left: `${place(at)}%` }} />
      ))}
    </div>
  );
}
