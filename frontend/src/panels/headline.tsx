import { Badge, Mark } from "../parts";
import { freshness, lostSince } from "../store";
import type { Dashboard, Tone } from "../types";
import { capital, kw, moment, words, yesNo } from "../words";

/** Is the site safe, is it curtailed, and why: one sentence, and three answers beside it. */
export function Headline({ feed }: { feed: Dashboard }) {
  const lost = lostSince.value !== null;
  const { sentence, why, safe, curtailed } = feed.headline;
  const silent = lost || feed.state_stale || feed.mode === null;
  const tone = lost ? "unknown" : feed.headline.tone;
  return (
    <section class={`headline tone-${tone}`} aria-labelledby="state">
      <h2 id="state" class="hidden">
        State of the site
      </h2>
      <Mark tone={tone} />
      <div class="words">
        <p class="sentence" role="status">
          {lost && "Not known now. "}
          {lost ? <span class="is-stale">{`At ${moment(feed.time)} it was: ${sentence}`}</span> : sentence}
          {!lost && feed.since_at !== null && <span class="since"> Since {moment(feed.since_at)}.</span>}
        </p>
        {!lost && <Facts feed={feed} />}
        {!lost && why.length > 0 && (
          <ul class="why">
            {why.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </div>
      <dl class="answers">
        <Answer question="Safe" answer={lost ? null : safe} tone={safe === false ? "bad" : "good"} />
        <Answer question="Curtailed" answer={lost ? null : curtailed} tone="good" strong />
        <div>
          <dt>Limited by</dt>
          <dd>{silent ? <Unknown /> : capital(words(feed.limited_by || "nothing"))}</dd>
        </div>
        <div>
          <dt>Mode</dt>
          <dd>{silent ? <Unknown /> : capital(words(feed.mode ?? ""))}</dd>
        </div>
      </dl>
    </section>
  );
}

/** How much is on, of how much, and what is not known of it. */
function Facts({ feed }: { feed: Dashboard }) {
  const { measured_kw, nominal_kw, unknown_kw } = feed.load;
  if (measured_kw === null || freshness(feed.load).stale) return <p class="on is-unknown">How much is on is unknown.</p>;
  return (
    <p class="on">
      {kw(measured_kw)} of {kw(nominal_kw)} on, <span class={unknown_kw === 0 ? "" : "is-unknown"}>{unknown_kw === null ? "the rest" : kw(unknown_kw)} unknown</span>.
    </p>
  );
}

function Unknown() {
  return <Badge tone="unknown">Unknown</Badge>;
}

interface AnswerProps {
  question: string;
  answer: boolean | null;
  tone: Tone;
  strong?: boolean; // a yes stands out although nothing is wrong
}

function Answer({ question, answer, tone, strong }: AnswerProps) {
  return (
    <div>
      <dt>{question}</dt>
      <dd>
        <Badge tone={answer === null ? "unknown" : tone} strong={strong === true && answer === true}>
          {capital(yesNo(answer))}
        </Badge>
      </dd>
    </div>
  );
}
