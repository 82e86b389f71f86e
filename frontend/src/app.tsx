import { useErrorBoundary } from "preact/hooks";
import { Actions, EmergencyStop, Login } from "./ask/actions";
import { Charts } from "./charts/charts";
import { Curtailments } from "./event/list";
import { Alarms } from "./panels/alarms";
import { Banners } from "./panels/banners";
import { Commands } from "./panels/commands";
import { Contacts } from "./panels/contacts";
import { Devices } from "./panels/devices";
import { Events } from "./panels/events";
import { Fans } from "./panels/fans";
import { Headline } from "./panels/headline";
import { OwnHealth } from "./panels/health";
import { Holds } from "./panels/holds";
import { Load } from "./panels/load";
import { Loads } from "./panels/map";
import { Pdus } from "./panels/pdus";
import { Signals } from "./panels/signals";
import { Temperature } from "./panels/temperature";
import { Badge, Banner } from "./parts";
import { feed, lostSince, sinceFeedS } from "./store";
import { Top } from "./top";
import type { Dashboard } from "./types";
import { clock, duration } from "./words";

/** The page: what the site is doing first, what must be known about that, then the evidence, then the records. */
export function App() {
  const [broken] = useErrorBoundary();
  const now = feed.value;
  if (broken) return <Broken text={String(broken)} />;
  return (
    <>
      <a class="skip" href="#main">
        To the state of the site
      </a>
      <Head now={now} />
      <main id="main">
        <Banners feed={now} />
        {now === null ? (
          <p class="waiting" role="status">
            The state of the site is unknown: waiting for the first feed.
          </p>
        ) : (
          <Evidence now={now} />
        )}
      </main>
    </>
  );
}

/** What needs a person stands in a column of its own, which grows alone; first by ear and on a phone. Events fill its rest. */
function Evidence({ now }: { now: Dashboard }) {
  return (
    <>
      <Headline feed={now} />
      <div class="board">
        <div class="column side">
          <Alarms feed={now} />
          <Signals feed={now} />
          <Holds feed={now} />
          <EmergencyStop />
          <Actions feed={now} />
          <Events />
        </div>
        <div class="column">
          <div class="pairs">
            <div class="column">
              <Load feed={now} />
              <Loads feed={now} />
              <Pdus feed={now} />
            </div>
            <div class="column">
              <Temperature feed={now} />
              <Fans feed={now} />
              <Contacts feed={now} />
            </div>
          </div>
          <Charts feed={now} />
          <div class="pairs">
            <div class="column">
              <Curtailments />
              <OwnHealth feed={now} />
            </div>
            <div class="column">
              <Commands />
              <Devices feed={now} />
            </div>
          </div>
        </div>
      </div>
    </>
  );
}

function Head({ now }: { now: Dashboard | null }) {
  const live = lostSince.value === null && now;
  return (
    <Top title={<span class="product">Bitcoin Mine Control</span>} site={now?.site}>
      {now?.simulated && <span class="note">simulated site</span>}
      <p class="link">
        <Badge tone={live ? "good" : "bad"}>{connection(now)}</Badge>
      </p>
      <Login />
      {now && <ToStop />}
    </Top>
  );
}

/** From wherever one reads, to the button that must be held. */
function ToStop() {
  return (
    <a
      class="to-stop"
      href="#stop-title"
      onClick={() => setTimeout(() => document.querySelector<HTMLElement>(".stop .hold")?.focus())}
    >
      Emergency stop
    </a>
  );
}

function connection(now: Dashboard | null): string {
  if (now === null || lostSince.value !== null) return "no connection";
  return sinceFeedS.value < 3 ? `live, ${clock(now.time, true)}` : `${clock(now.time, true)}, ${duration(sinceFeedS.value)} ago`;
}

function Broken({ text }: { text: string }) {
  return (
    <Banner tone="bad" alert>
      <strong>This page cannot draw what it received.</strong> Nothing here may be believed; reload it. {text}
    </Banner>
  );
}
