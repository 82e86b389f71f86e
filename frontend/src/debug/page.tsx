import type { FunctionComponent } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { Actions } from "../ask/actions";
import { Banners } from "../panels/banners";
import { Holds } from "../panels/holds";
import { Badge } from "../parts";
import { feed, lostSince } from "../store";
import { Top } from "../top";
import type { Dashboard } from "../types";
import { words } from "../words";
import { Decisions } from "./decisions";
import { Diagram } from "./diagram";
import { Drills } from "./drills";
import { Forms } from "./forms";
import { Bus, RawAnswers } from "./overheard";

const WAYS = (
  <>
    <a href="/">Dashboard</a> <a href="/api/docs">API</a>
  </>
);

/** The bench: everything that may be asked of the plant, and everything that is said on the way. */
export function DebugPage() {
  const [broken] = useErrorBoundary();
  const now = feed.value;
  const mode = lostSince.value !== null || now?.state_stale ? null : now?.mode && `${words(now.mode)}, ${now.control}`;
  return (
    <>
      <Top title="Bitcoin Mine Control" site={now?.site} ways={WAYS}>
        {now && <Badge tone={mode ? "good" : "unknown"}>{mode ?? "mode unknown"}</Badge>}
      </Top>
      <aside class="moves" aria-label="What this page does">
        <strong>DEBUG: this page moves the plant.</strong> A hold only tightens, and ends by itself.
      </aside>
      <main id="main">
        <Banners feed={now} />
        {broken ? (
          <p role="alert">This page is broken: {String(broken)}</p>
        ) : now ? (
          <Bench now={now} />
        ) : (
          <p class="waiting">Waiting for the first feed.</p>
        )}
      </main>
    </>
  );
}

function Bench({ now }: { now: Dashboard }) {
  const [Simulated, setSimulated] = useState<FunctionComponent | null>(null);
  useEffect(() => {
    // A real site never loads it.
    if (now.simulated) void import("./simulated").then((part) => setSimulated(() => part.Simulated));
  }, [now.simulated]);
  return (
    <div class="desk">
      <div class="column">
        <Forms feed={now} />
        <Actions feed={now} />
      </div>
      <div class="column">
        <Bus />
        <Decisions />
        <RawAnswers feed={now} />
        <Holds feed={now} />
        <Drills feed={now} />
      </div>
      <div class="column">
        <Diagram feed={now} />
        {Simulated && <Simulated />}
      </div>
    </div>
  );
}
