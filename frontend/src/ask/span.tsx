import { useId, useMemo, useState } from "preact/hooks";
import { feed } from "../store";
import { moment } from "../words";
import { nextAt, siteNow } from "./site";

const LONGEST_MIN = 1440;

/** How long something holds: drawn by `<SpanFields of/>`. */
export interface Span {
  by: "for" | "until";
  entered: string; // minutes
  time: string; // of day at the site
  set: (change: Partial<Span>) => void;
  words: string; // "until 19:30", told before it is asked
  wrong: string | undefined; // why it cannot be asked so
  minutes: () => number; // from this moment on
}

/** A time in minutes, or until a time of day at the site; at most a day. */
export function useSpan(minutes: number): Span {
  const [state, change] = useState({ by: "for" as Span["by"], entered: String(minutes), time: "" });
  const now = siteNow();
  const zone = feed.value?.timezone ?? "UTC";
  const fixedAt = useMemo(() => (now === null || state.by === "for" ? null : nextAt(state.time, now, zone)), [state.by, state.time, zone, now && Math.floor(now / 60)]);
  const entered = Number(state.entered);
  const isFor = state.by === "for";
  const isRight = isFor ? entered > 0 && entered <= LONGEST_MIN : fixedAt !== null;
  const at = isFor ? now && now + entered * 60 : fixedAt;
  return {
    ...state,
    set: (part) => change((before) => ({ ...before, ...part })),
    words: isRight && at !== null ? `until ${moment(at)}` : isRight ? `for ${entered} min` : "",
    wrong: isRight ? undefined : isFor ? `Give the minutes: more than 0, at most ${LONGEST_MIN}.` : "Give a time of day at the site.",
    minutes: () => (isFor ? entered : ((fixedAt ?? 0) - (siteNow() ?? 0)) / 60),
  };
}

/** The fields of a span. */
export function SpanFields({ of }: { of: Span }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>How long</label>
      <span class="beside">
        <select id={id} value={of.by} onChange={(event) => of.set({ by: event.currentTarget.value as Span["by"] })}>
          <option value="for">for minutes</option>
          <option value="until">until a time</option>
        </select>
        {of.by === "for" ? (
          <input type="number" aria-label="Minutes" min="1" max={LONGEST_MIN} inputMode="numeric" value={of.entered} onInput={(event) => of.set({ entered: event.currentTarget.value })} />
        ) : (
          <input type="time" aria-label="Time of day at the site" value={of.time} onInput={(event) => of.set({ time: event.currentTarget.value })} />
        )}
      </span>
    </div>
  );
}
