// The time axis in the site's time: hours with the day beneath where it begins, then days, then months.

const DAY_S = 86_400;

/** A label for each moment of the axis, which are `stepS` apart. */
export function timeLabels(moments: number[], stepS: number, timeZone: string): string[] {
  const say = (at: number, parts: Intl.DateTimeFormatOptions) =>
    new Date(at * 1000).toLocaleString("en-GB", { timeZone, ...parts });
  const day = (at: number) => say(at, { day: "numeric", month: "short" });
  const year = (at: number) => say(at, { year: "numeric" });
  const fine: (at: number) => string =
    stepS >= 28 * DAY_S
      ? (at) => say(at, { month: "short" })
      : stepS >= DAY_S
        ? day
        : (at) => say(at, { hour: "2-digit", minute: "2-digit", ...(stepS < 60 ? { second: "2-digit" } : {}) });
  const coarse = stepS >= DAY_S ? year : day;
  return moments.map((at, index) => {
    const before = moments[index - 1];
    return before === undefined || coarse(before) !== coarse(at) ? `${fine(at)}\n${coarse(at)}` : fine(at);
  });
}
