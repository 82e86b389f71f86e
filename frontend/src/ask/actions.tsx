import { Panel } from "../parts";
import type { Dashboard } from "../types";
import { Curtail, Hold, LockOut, OutOfService } from "./forms";
import { mayAsk, me } from "./me";

export { AlarmActions } from "./alarm";
export { Login } from "./login";
export { BackIntoService, ReleaseLease, ResetTrip, Unlock } from "./release";
export { EmergencyStop } from "./stop";

/** What an operator may ask for: curtail, hold, lock out, a source out of service. What stands is ended where it is shown. */
export function Actions({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Ask the site" note={who()}>
      {feed.control === "observe" && (
        <p class="detail">The site only observes: what is asked is noted, and nothing is commanded.</p>
      )}
      <Curtail feed={feed} />
      <Hold groups={feed.groups.map((group) => group.name)} />
      <LockOut feed={feed} />
      {feed.signals.length > 0 && <OutOfService feed={feed} />}
    </Panel>
  );
}

function who(): string {
  if (mayAsk.value) return "an end and a reason for each";
  return me.value?.how === "session" ? `${me.value.name} may look, and ask for nothing` : "for operators: log in first";
}
