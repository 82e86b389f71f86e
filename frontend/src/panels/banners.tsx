import { held } from "../held";
import { Banner } from "../parts";
import { isStranger, lostSince, sinceFeedS } from "../store";
import type { Dashboard } from "../types";
import { duration, moment } from "../words";

/** What must be known before any number below is believed; on every page. */
export function Banners({ feed }: { feed: Dashboard | null }) {
  return (
    <div class="banners">
      {lostSince.value !== null && <Lost feed={feed} />}
      {feed?.forced && (
        <Banner tone="warning">
          <strong>Forced.</strong> {forcedBy(feed)}
        </Banner>
      )}
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

/** Which hold, whose, until when; and what reads as it was told to. */
function forcedBy(feed: Dashboard): string {
  const holds = feed.leases
    .filter((lease) => lease.kind !== "raw") // it only shows answers
    .map((lease) => `${held(lease)} by ${lease.owner} until ${moment(lease.until_at)}${lease.reason && ` (${lease.reason})`}`);
  const values = feed.sensors.filter((one) => one.forced).map((one) => one.label || one.name);
  const told = values.length > 0 ? [`${values.join(", ")}: not what the plant says`] : [];
  return holds.length + told.length > 0
    ? `${[...holds, ...told].join("; ")}.`
    : "A value on this page does not come from the plant.";
}
