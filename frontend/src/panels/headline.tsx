import { Badge, Mark } from "../parts";
import { freshness, lostSince } from "../store";
import type { Dashboard, Tone } from "../types";
import { capital, kw, moment, oldAge, words, yesNo } from "../words";

/** Is the site safe, is it curtailed, since when and why, what is on, when it comes back, and what to do now. */
export function Headline({ feed }: { feed: Dashboard }) {
  const lost = lostSince.value !== null;
  const { sentence, brief } = feed.headline;
  const tone = lost ? "unknown" : feed.headline.tone;
  return (
    <section class={`headline tone-${tone}`} aria-labelledby="state">
      <h2 id="state" class="hidden">
        State of the site
      </h2>
      <Mark tone={tone} />
      <div class="words">
        <p class="sentence" role="status">
          {lost ? (
            <>
              Not known now. <span class="is-stale">{`At ${moment(feed.time)} it was: ${sentence}`}</span>
            </>
          ) : (
            <>
              {brief}
              {since(feed)}
            </>
          )}
        </p>
        {!lost && <Facts feed={feed} />}
      </div>
      <Answers feed={feed} lost={lost} />
      {!lost && <List title="To do" kind="todo" items={feed.headline.todo} />}
      {!lost && <List title="" kind="why" items={feed.headline.more.filter((reason) => reason !== untold(feed))} />}
    </section>
  );
}

/** Since when it is so, and the first reason, unless the sentence has told it: "Since 14:33: nothing limits the load." */
function since(feed: Dashboard) {
  const { since_at, headline } = feed;
  const reason = untold(feed).replace(/\.$/, "");
  const begin = since_at === null || headline.tells_since ? "" : `Since ${moment(since_at)}`;
  if (!begin && !reason) return null;
  return <span class="since"> {begin && reason ? `${begin}: ${reason}.` : `${begin || capital(reason)}.`}</span>;
}

/** The first reason, where the sentence does not tell it. */
function untold(feed: Dashboard): string {
  const { why, more } = feed.headline;
  return more.length > 0 && more[0] === why[0] ? (why[0] ?? "") : "";
}

/** How much is on, of how much, what is not known of it, and when it may come back at the earliest. */
function Facts({ feed }: { feed: Dashboard }) {
  const { measured_kw, nominal_kw, target_kw, unknown_kw } = feed.load;
  if (measured_kw === null || freshness(feed.load).stale) return <p class="on is-unknown">How much is on is unknown.</p>;
  const { tolerance_kw } = feed.headline;
  const old = oldAge(freshness(feed.load).ageS);
  const still = target_kw !== null && nominal_kw !== null && target_kw < nominal_kw ? "still on" : "on";
  return (
    <p class="on">
      {kw(measured_kw)} of {kw(nominal_kw)} {still}
      {old && `, measured ${old} ago`}
      {tolerance_kw !== null && `, within the meter's tolerance of ${kw(tolerance_kw)}`},{" "}
      <span class={unknown_kw === 0 ? "" : "is-unknown"}>{unknown_kw === null ? "the rest" : kw(unknown_kw)} unknown</span>.
      {feed.headline.back_at !== null &&
        ` ${feed.mode === "restoring" ? "The next stage" : "Back"} at the earliest ${moment(feed.headline.back_at)}.`}
      {feed.headline.back_at === null && feed.headline.curtailed && " When it may come back is not known."}
    </p>
  );
}

function List({ title, kind, items }: { title: string; kind: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <div class={kind}>
      {title && <h3>{title}</h3>}
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  );
}

function Answers({ feed, lost }: { feed: Dashboard; lost: boolean }) {
  const { safe, curtailed } = feed.headline;
  const silent = lost || feed.state_stale || feed.mode === null;
  return (
    <dl class="answers">
      <Answer
        question="Safe"
        tone={lost || safe === null ? "unknown" : safe ? "good" : "bad"}
        answer={lost ? "unknown" : yesNo(safe)}
      />
      <Answer
        question="Curtailed"
        tone={lost || curtailed === null ? "unknown" : "good"}
        strong={curtailed === true && !lost}
        answer={lost ? "unknown" : yesNo(curtailed)}
      />
      <Control control={silent ? null : feed.control} />
      <Answer question="Limited by" plain={!silent} tone="unknown" answer={silent ? "unknown" : feed.limited_by || "nothing"} />
      <Answer question="Mode" plain={!silent} tone="unknown" answer={silent ? "unknown" : (feed.mode ?? "")} />
    </dl>
  );
}

function Control({ control }: { control: Dashboard["control"] }) {
  if (control === null) return <Answer question="Control" tone="unknown" answer="unknown" />;
  return control === "armed" ? (
    <Answer question="Control" tone="good" answer="armed: it acts" />
  ) : (
    <Answer question="Control" tone="warning" answer="observing: it sends nothing" />
  );
}

interface AnswerProps {
  question: string;
  answer: string;
  tone: Tone;
  strong?: boolean; // it stands out although nothing is wrong
  plain?: boolean; // a fact without a verdict
}

function Answer({ question, answer, tone, strong = false, plain = false }: AnswerProps) {
  const text = capital(words(answer));
  return (
    <div>
      <dt>{question}</dt>
      <dd>
        {plain ? (
          text
        ) : (
          <Badge tone={tone} strong={strong}>
            {text}
          </Badge>
        )}
      </dd>
    </div>
  );
}
