// One curtailment, as services/api/curtailments/model.py tells it, and how the page asks for it. Null is unknown, never 0.
// Moments are Unix seconds UTC, load is kW.

export type Kind = "signal" | "contact" | "schedule" | "lease" | "drill" | "thermal" | "trip" | "failsafe" | "unknown";

export interface CurtailmentRow {
  id: number;
  kind: Kind;
  kinds: Kind[];
  source: string | null;
  from_at: number;
  until_at: number | null;
  reason: string;
  level: string | null;
  event_id: string | null;
  target_kw: number | null;
  lowest_kw: number | null;
  confirmed_s: number | null;
  proven: boolean;
  energy_not_used_kwh: number | null;
  forced: boolean;
  exercised: boolean;
  clock_trusted: boolean;
}

export interface Curtailments {
  curtailments: CurtailmentRow[];
  more: boolean;
  timezone: string;
}

export interface Notice {
  seen_at: number;
  source: string;
  words: string;
}

export interface SignalSaid {
  source: string;
  level: string;
  target_kw: number | null;
  event_id: string | null;
  from_at: number | null;
  until_at: number | null;
  raw_text: string | null;
  age_s: number | null;
}

export interface Decided {
  at: number;
  title: string;
  mode: string;
  reasons: string[];
  inputs: Record<string, unknown>;
}

export interface CommandCount {
  device: string;
  act: string;
  sent: number;
  confirmed: number;
  refused: number;
  failed: number;
  expired: number;
  open: number;
  first_sent_at: number;
  last_confirmed_at: number | null;
}

export interface Point {
  at: number;
  width_s: number;
  kw: number | null;
  lowest_kw: number | null;
  highest_kw: number | null;
  partial: boolean;
}

export interface HeldFrom {
  at: number;
  kw: number | null;
}

export interface Curve {
  measured_by: "site meter" | "PDUs" | "records" | "nothing";
  meters: string[];
  points: Point[];
  target: HeldFrom[];
  setpoint: HeldFrom[];
  unknown: HeldFrom[];
}

export interface Interval {
  from_at: number;
  until_at: number;
  mean_kw: number | null;
  limit_kw: number | null;
  unknown_s: number;
  complete: boolean;
  within: boolean | null;
}

export interface Intervals {
  minutes: number;
  begin_at: number | null;
  rows: Interval[];
  worst: number | null;
}

export interface Stage {
  at: number;
  until_at: number;
  loads: number;
  confirmed: number;
  setpoint_kw: number | null;
  kw_after: number | null;
}

export interface AlarmStood {
  key: string;
  kind: string;
  since_at: number;
  ended_at: number | null;
  cause: string;
  action: string;
}

export interface Moment {
  at: number;
  what: string;
  why: string;
  who: string;
  kind: "notice" | "signal" | "mode" | "decision" | "command" | "proof" | "restore" | "alarm" | "over" | "act" | "gap" | "end";
}

export interface Gap {
  from_at: number;
  until_at: number;
  what: string;
}

export interface LoadProof {
  proven: boolean;
  at: number | null;
  meters: string[];
  words: string;
}

export interface Story {
  curtailment: CurtailmentRow;
  timezone: string;
  now_at: number;
  sentence: string;
  notice: Notice | null;
  signals: SignalSaid[];
  decision: Decided;
  first_sent_at: number | null;
  last_sent_at: number | null;
  last_confirmed_at: number | null;
  released_at: number | null;
  timeline: Moment[];
  commands: CommandCount[];
  curve: Curve;
  intervals: Intervals;
  stages: Stage[];
  alarms: AlarmStood[];
  proof: LoadProof;
  gaps: Gap[];
  notes: string[];
}

/** What the server answered: the document, or in words why there is none. `lost`: nobody answered. */
export type Got<T> = { found: T } | { why: string; lost: boolean };

const ANSWER_MS = 8000;

/** Ask for a document of the past. Never throws. */
export async function got<T>(path: string): Promise<Got<T>> {
  try {
    const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.ok) return { found: (await answer.json()) as T };
    return { why: await refused(answer), lost: false };
  } catch {
    return { why: "The site's server does not answer.", lost: true };
  }
}

async function refused(answer: Response): Promise<string> {
  if (answer.status === 401) return "Only who is known may look here: log in first.";
  if (answer.status === 404) return "No curtailment on record has this number.";
  if (answer.status === 422) return "The number in this address is none.";
  const problem = (await answer.json().catch(() => null)) as { detail?: string } | null;
  if (answer.status === 503) return `The history cannot be read now. ${problem?.detail ?? ""}`;
  return `The server answered ${answer.status}. ${problem?.detail ?? ""}`;
}
