import { deed, held } from "../held";
import { Banner } from "../parts";
import { isStranger, lostSince, sinceFeedS } from "../store";
import type { Dashboard } from "../types";
import { duration, moment } from "../words";

/** What must be known before any number below is believed; on every page. */
export function Banners({ feed }: { feed: Dashboard | null }) {
  return (
    <div class="banners">
      {lostSince.value !== null && <Lost feed={feed} />}
      {feed &&
        byPeople(feed).map(([what, told]) => (
          <Banner key={told} tone="warning">
            <strong>{what}</strong> {told}
          </Banner>
        ))}
      {feed && !feed.broker_connected && (
        <Banner tone="warning">
          <strong>The services do not hear each other:</strong> no broker. Control goes on with its last targets; what is shown
          here ages.
        </Banner>
      )}
      {feed && !feed.clock_trusted && (
        <Banner tone="unknown">
          <strong>The site's clock is not trusted.</strong> Control is unaffected; times of day may be wrong.
        </Banner>
      )}
      {feed && !feed.history.ok && (
        <Banner tone="warning">
          <strong>Records do not reach the disk.</strong> {feed.history.reason}
        </Banner>
      )}
    </div>
  );
}

function Lost({ feed }: { feed: Dashboard | null }) {
  return (
    <Banner tone="bad" alert>
      <strong>
        {isStranger.value ? "The site shows nothing without a login." : `No connection since ${moment(lostSince.value, true)}.`}
      </strong>{" "}
      {isStranger.value && <a href="/login">Log in.</a>}{" "}
      {feed ? (
        <span aria-hidden="true">What stands below is {duration(sinceFeedS.value)} old.</span>
      ) : (
        "Nothing was received yet."
      )}
    </Banner>
  );
}

/** What each hold does, whose, until when; and what reads as it was told to. */
function byPeople(feed: Dashboard): [string, string][] {
  const holds = feed.leases
    .filter((lease) => lease.kind !== "raw") // it only shows answers
    .map((lease): [string, string] => [
      `${deed(lease)} by ${lease.owner}:`,
      `${held(lease)} until ${moment(lease.until_at)}${lease.reason && ` (${lease.reason})`}.`,
    ]);
  const values = feed.sensors.filter((one) => one.forced).map((one) => one.label || one.name);
  if (values.length > 0) holds.push(["Forced:", `${values.join(", ")}: not what the plant says.`]);
  if (holds.length === 0 && feed.forced) holds.push(["Forced.", "A value on this page does not come from the plant."]);
  return holds;
}
