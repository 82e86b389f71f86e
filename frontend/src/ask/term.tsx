import { useId, useMemo, useState } from "preact/hooks";
import { feed } from "../store";
import { Badge } from "../parts";
import { clock, dayOf, moment } from "../words";
import { nextAt, siteNow } from "./site";

const LONGEST_MIN = 1440;
const LONG_S = 43_200;

/** How long something holds: drawn by `<TermFields of/>`. */
export interface Term {
  by: "for" | "until";
  entered: string; // minutes
  time: string; // of day at the site
  set: (change: Partial<Term>) => void;
  end: string; // "tomorrow 19:30", beside its field
  isLong: boolean; // more than half a day
  words: string; // "until 19:30", told before it is asked
  wrong: string | undefined; // why it cannot be asked so
  minutes: () => number; // from this moment on
}

/** A time in minutes, or until a time of day at the site; at most a day. */
export function useTerm(minutes: number): Term {
  const [state, change] = useState({ by: "for" as Term["by"], entered: String(minutes), time: "" });
  const now = siteNow();
  const zone = feed.value?.timezone ?? "UTC";
  const fixedAt = useMemo(
    () => (now === null || state.by === "for" ? null : nextAt(state.time, now, zone)),
    [state.by, state.time, zone, now && Math.floor(now / 60)],
  );
  const entered = Number(state.entered);
  const isFor = state.by === "for";
  const isRight = isFor ? entered > 0 && entered <= LONGEST_MIN : fixedAt !== null;
  const at = isFor ? now && now + entered * 60 : fixedAt;
  return {
    ...state,
    set: (part) => change((before) => ({ ...before, ...part })),
    end: isRight && at !== null && now !== null ? `until ${dayOf(at) === dayOf(now) ? "today" : "tomorrow"} ${clock(at)}` : "",
    isLong: isRight && at !== null && now !== null && at - now > LONG_S,
    words: isRight && at !== null ? `until ${moment(at)}` : isRight ? `for ${entered} min` : "",
    wrong: isRight
      ? undefined
      : isFor
        ? `Give the minutes: more than 0, at most ${LONGEST_MIN}.`
        : "Give a time of day at the site.",
    minutes: () => (isFor ? entered : ((fixedAt ?? 0) - (siteNow() ?? 0)) / 60),
  };
}

/** Its fields. */
export function TermFields({ of }: { of: Term }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>How long</label>
      <span class="beside">
        <select id={id} value={of.by} onChange={(event) => of.set({ by: event.currentTarget.value as Term["by"] })}>
          <option value="for">for minutes</option>
          <option value="until">until a time</option>
        </select>
        {of.by === "for" ? (
          <input
            type="number"
            aria-label="Minutes"
            min="1"
            max={LONGEST_MIN}
            inputMode="numeric"
            value={of.entered}
            onInput={(event) => of.set({ entered: event.currentTarget.value })}
          />
        ) : (
          <input
            type="time"
            aria-label="Time of day at the site"
            value={of.time}
            onInput={(event) => of.set({ time: event.currentTarget.value })}
          />
        )}
      </span>
      {of.end && <span class="detail">{of.isLong ? <Badge tone="warning">{of.end}: more than 12 h</Badge> : of.end}</span>}
    </div>
  );
}
