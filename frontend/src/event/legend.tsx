import type { Curve, Story } from "../types";
import { clock } from "../words";
import { askedAt } from "./told";

export interface Flag {
  letter: string;
  at: number;
  what: string;
}

/** What is marked on the drawings, in the order of time. */
export function flags(story: Story): Flag[] {
  const found: [string, number | null, string][] = [
    ["A", askedAt(story.curtailment), "asked"],
    ["L", story.last_sent_at, "last command that takes load off"],
    ["C", story.proof.at, "confirmed by measurement"],
    ["R", story.released_at, "released: load returns"],
    ["E", story.curtailment.until_at, story.curtailment.asked_anew ? "something asks anew" : "load is free again"],
  ];
  return found.flatMap(([letter, at, what]) => (at === null ? [] : [{ letter, at, what }])).sort((a, b) => a.at - b.at);
}

/** What the letters and lines mean; the lines' words are the shapes' names. */
export function Legend({ story }: { story: Story }) {
  return (
    <ul class="legend">
      <Line name="measured" words={`measured: ${madeOf(story.curve)}`} />
      {story.curve.points.some((point) => point.partial) && <Line name="partial" words="only some of the meters: too low" />}
      <Line name="target" words="target" />
      <Line name="setpoint" words="setpoint" />
      {story.curve.points.some((point) => point.kw === null) && <Line name="missing" words="not measured" />}
      {flags(story).map((flag) => (
        <li key={flag.letter}>
          <b>{flag.letter}</b> {flag.what}, {clock(flag.at, true, story.timezone)}
        </li>
      ))}
    </ul>
  );
}

function Line({ name, words }: { name: string; words: string }) {
  return (
    <li>
      <svg class="sample" viewBox="0 0 26 10" aria-hidden="true">
        {name === "missing" ? <rect class="missing" width="26" height="10" /> : <path class={name} d="M0 5H26" />}
      </svg>
      {words}
    </li>
  );
}

function madeOf(curve: Curve): string {
  if (curve.measured_by === "records") return "the records' rows alone";
  if (curve.measured_by === "nothing") return "nothing";
  return curve.measured_by === "PDUs" ? `sum of ${curve.meters.length} PDUs` : (curve.meters[0] ?? curve.measured_by);
}
