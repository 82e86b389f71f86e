// The small parts every panel is made of: a panel, a number with its age, a mark that says by shape what colour says too.

import { type ComponentChildren, toChildArray } from "preact";
import { freshness, lostSince } from "./store";
import type { Aged, Dashboard, Priority, Tone } from "./types";
import { unitOf } from "./units";
import { UNKNOWN, duration, number } from "./words";

/** Of an alarm: its priority says how grave it is, its kind only names the channels. */
export const TONES: Record<Priority, Tone> = { low: "good", medium: "warning", high: "bad" };

interface PanelProps {
  title: string;
  tone?: Tone;
  note?: ComponentChildren;
  past?: boolean; // whoever tells these facts is silent
  children: ComponentChildren;
}

/**
 * A titled part of the page; its edge takes colour only when something in it is abnormal. Without connection, or when its
 * source is silent, all of it is drawn as past, the words without an age too.
 */
export function Panel({ title, tone = "good", note, past, children }: PanelProps) {
  const isPast = past === true || lostSince.value !== null;
  const name = title.toLowerCase().replaceAll(/[^a-z]+/g, "-");
  const id = `panel-${name}`;
  return (
    <section class={`panel ${name} tone-${isPast ? "unknown is-past" : tone}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {isPast && <p class="as-of">last known, not live</p>}
        {note !== undefined && <p class="note">{note}</p>}
      </header>
      {children}
    </section>
  );
}

/** How old a number is, in words; a stale one says so itself, and one that is `out` when it was read last. */
export function Age({ of, out }: { of: Aged; out?: boolean }) {
  const { ageS, stale } = freshness(of);
  if (ageS === null) return <span class="age is-stale">never measured</span>;
  if (out) return <span class="age is-stale">last read {duration(ageS)} ago</span>;
  return <span class={stale ? "age is-stale" : "age"}>{stale ? `stale, ${duration(ageS)} old` : duration(ageS)}</span>;
}

interface ValueProps {
  value: number | null;
  unit: string;
  of: Aged;
  decimals?: number;
}

/** A measured number: live, stale (drawn as such) or unknown; never 0 for want of one. */
export function Value({ value, unit, of, decimals }: ValueProps) {
  if (value === null) return <span class="value is-unknown">{UNKNOWN}</span>;
  return (
    <span class={freshness(of).stale ? "value is-stale" : "value"}>
      {number(value, decimals)}
      <span class="unit"> {unitOf(unit)}</span>
    </span>
  );
}

/** Good: a hollow ring. Warning: a triangle. Bad: a filled square. Unknown: a question mark. */
export function Mark({ tone }: { tone: Tone }) {
  return (
    <svg class={`mark tone-${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      {tone === "good" && <circle cx="8" cy="8" r="5" class="hollow" />}
      {tone === "warning" && <path d="M8 1.5 15 14.5H1z" />}
      {tone === "bad" && <rect x="1.5" y="1.5" width="13" height="13" rx="1.5" />}
      {tone === "unknown" && <path class="hollow" d="M4.5 5.5C4.5 1 11.5 1.2 11.5 5.2c0 2.6-3.5 2.6-3.500 5M8 13v1.5" />}
    </svg>
  );
}

/** A short word with its mark; a strong one stands out without alarm. */
export function Badge({ tone, strong, children }: { tone: Tone; strong?: boolean; children: ComponentChildren }) {
  return (
    <span class={`badge tone-${tone}${strong ? " is-strong" : ""}`}>
      <Mark tone={tone} />
      {children}
    </span>
  );
}

/** A sentence over everything it is true of; an alert is read out at once. */
export function Banner({ tone, alert, children }: { tone: Tone; alert?: boolean; children: ComponentChildren }) {
  return (
    <div class={`banner tone-${tone}`} role={alert ? "alert" : "note"}>
      <Mark tone={tone} />
      <p>{children}</p>
    </div>
  );
}

/** A table that may be wider than a phone: it scrolls by itself, by keyboard too. Nothing without rows. */
export function Table({ label, head, children }: { label: string; head: string[]; children: ComponentChildren }) {
  if (toChildArray(children).length === 0) return null;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** Whether the service that tells something is gone: what it said last is past, however young. */
export function isSilent(feed: Dashboard, service: string): boolean {
  return feed.services.find((one) => one.name === service)?.state !== "online";
}

/** The gravest of several tones. */
export function gravest(tones: Tone[]): Tone {
  const order: Tone[] = ["good", "unknown", "warning", "bad"];
  return tones.reduce((worst, tone) => (order.indexOf(tone) > order.indexOf(worst) ? tone : worst), "good" as Tone);
}
