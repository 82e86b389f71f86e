// The site's own clock, as far as this page knows it: ends are reckoned and told by it, never by this browser's.

import { feed, sinceFeedS } from "../store";

const DAY_S = 86_400;

/** Unix seconds by the site's clock; null before the first feed. */
export function siteNow(): number | null {
  return feed.value === null ? null : feed.value.time + sinceFeedS.value;
}

/** False while the site itself does not trust its clock: then no moment of its can be promised. */
export function siteClockTrusted(): boolean {
  return feed.value?.clock_trusted === true;
}

/**
 * The next moment within a day at which the site's clocks show `time` ("19:30"); null when there is none, as in the hour that
 * spring leaves out.
 */
export function nextAt(time: string, now: number, timeZone: string): number | null {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  for (let at = Math.floor(now / 60) * 60 + 60; at <= now + DAY_S; at += 60) {
    if (clock.format(at * 1000) === time) return at;
  }
  return null;
}
