import { useErrorBoundary } from "preact/hooks";
import { Alarms } from "./panels/alarms";
import { Banners } from "./panels/banners";
import { Commands } from "./panels/commands";
import { Devices } from "./panels/devices";
import { Events } from "./panels/events";
import { Fans } from "./panels/fans";
import { Groups } from "./panels/groups";
import { Headline } from "./panels/headline";
import { Holds } from "./panels/holds";
import { Load } from "./panels/load";
import { Sensors } from "./panels/sensors";
import { Signals } from "./panels/signals";
import { Temperature } from "./panels/temperature";
import { Trend } from "./panels/trend";
import { Badge } from "./parts";
import { feed, lostSince, sinceFeedS } from "./store";
import type { Dashboard } from "./types";
import { duration, moment } from "./words";

/** The page: what the site is doing first, what must be known about that, then the evidence. */
export function App() {
  const [broken] = useErrorBoundary();
  const now = feed.value;
  if (broken) return <Broken text={String(broken)} />;
  return (
    <>
      <a class="skip" href="#main">
        To the state of the site
      </a>
      <Top now={now} />
      <main id="main">
        <Banners feed={now} />
        {now === null ? <p class="waiting" role="status">The state of the site is unknown: waiting for the first feed.</p> : <Evidence now={now} />}
      </main>
    </>
  );
}

function Evidence({ now }: { now: Dashboard }) {
  return (
    <>
      <Headline feed={now} />
      <div class="grid">
        <div class="column">
          <Load feed={now} />
          <Groups feed={now} />
          <Trend feed={now} />
          <Commands />
          <Events />
        </div>
        <div class="column">
          <Temperature feed={now} />
          <Fans feed={now} />
          <Sensors feed={now} />
        </div>
        <div class="column">
          <Alarms feed={now} />
          <Signals feed={now} />
          <Holds feed={now} />
          <Devices feed={now} />
        </div>
      </div>
    </>
  );
}

function Top({ now }: { now: Dashboard | null }) {
  return (
    <header class="top">
      <h1>
        Bitcoin Mine Control <span class="site">{now?.site}</span>
      </h1>
      {now && <ControlBadge control={lostSince.value === null && !now.state_stale ? now.control : null} />}
      <p class="link">
        <Badge tone={lostSince.value === null && now ? "good" : "bad"}>{connection(now)}</Badge>
      </p>
    </header>
  );
}

function ControlBadge({ control }: { control: Dashboard["control"] }) {
  if (control === null) return <Badge tone="unknown">control unknown</Badge>;
  return control === "armed" ? <Badge tone="good">Armed: it acts</Badge> : <Badge tone="warning">Observing: it sends nothing</Badge>;
}

function connection(now: Dashboard | null): string {
  if (now === null || lostSince.value !== null) return "no connection";
  return sinceFeedS.value < 5 ? `live, ${moment(now.time, true)}` : `${moment(now.time, true)}, ${duration(sinceFeedS.value)} ago`;
}

function Broken({ text }: { text: string }) {
  return (
    <div class="banner tone-bad" role="alert">
      <p>
        <strong>This page cannot draw what it received.</strong> Nothing here may be believed; reload it. {text}
      </p>
    </div>
  );
}
