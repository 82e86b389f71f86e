// The feed of the page, as services/api/dashboard.py sends it. Null is unknown, never 0. `_at` are Unix seconds UTC.

export type Tone = "good" | "warning" | "bad" | "unknown";
export type Power = "on" | "off" | "unknown";
export type Level = "normal" | "watch" | "alert" | "control" | "emergency" | "unknown";

export interface Aged {
  age_s: number | null;
  stale: boolean;
  stale_after_s: number;
}

export interface Headline {
  sentence: string;
  why: string[];
  tone: Tone;
  safe: boolean | null;
  curtailed: boolean | null;
  back_at: number | null; // the earliest moment at which load may return; null when unknown or nothing holds it
  todo: string[]; // what a person should do now; empty: nothing
}

export interface SensorTile extends Aged {
  name: string;
  label: string;
  zone: string;
  role: string;
  value: number | null;
  unit: string;
  reason: string;
  measured_at: number | null;
  forced: boolean;
  tone: Tone;
}

export interface SwitchTile extends Aged {
  name: string;
  label: string;
  role: "utility" | "door" | "flood" | "smoke" | "other";
  active: boolean | null;
  reason: string;
  tone: Tone;
}

export interface SignalTile extends Aged {
  name: string;
  level: Level;
  effective: Level;
  target_kw: number | null;
  event_id: string;
  from_at: number | null;
  until_at: number | null;
  observed_at: number | null;
  commissioned: boolean;
  in_service: boolean;
  reason: string;
  raw_text: string;
  tone: Tone;
}

export interface LoadTile extends Aged {
  measured_kw: number | null;
  target_kw: number | null;
  setpoint_kw: number | null;
  unknown_kw: number | null;
  nominal_kw: number | null;
  ready_kw: number | null;
  interval_kw: number | null; // projected mean of the running settlement interval; null outside a power event
  interval_ends_at: number | null;
  interval_limit_kw: number | null;
  interval_minutes: number;
}

export interface FanTile extends Aged {
  number: number;
  commanded: Power;
  running: Power;
  proven: "proven" | "unproven" | "disproved";
  watts: number | null;
  hours: number | null; // it ran in all
  locked_out: boolean;
  reason: string;
  tone: Tone;
}

export interface GroupTile {
  name: string;
  members: number;
  hashing: number;
  waking: number;
  asleep: number;
  unknown: number;
  outlets_off: number;
  target: "run" | "sleep" | "off" | "mixed";
  measured_kw: number | null;
  metered: number;
  states: string; // one letter a member, in the order of GET /api/v1/loads: h hashing, w waking, a asleep, o off at its outlet, u unknown
  tone: Tone;
}

export interface PduTile extends Aged {
  name: string;
  kw: number | null;
  limit_kw: number | null; // of its feeder, when one is configured for it alone
  outlets_on: number;
  outlets_off: number;
  outlets_unknown: number;
  reason: string;
  tone: Tone;
}

export interface TemperatureTile {
  max_c: number | null;
  warn_c: number;
  shed_c: number;
  emergency_c: number;
  min_c: number;
  tone: Tone;
}

export interface HumidityTile {
  max_percent: number | null;
  limit_percent: number;
  tone: Tone;
}

export interface OpenAlarm {
  key: string;
  kind: "heartbeat" | "warning" | "emergency";
  priority: "high" | "medium" | "low";
  state: "unacknowledged" | "acknowledged" | "returned" | "shelved";
  active: boolean;
  cause: string;
  consequence: string;
  action: string;
  since_at: number;
  ended_at: number | null;
  acknowledged_by: string;
  acknowledged_until_at: number | null;
  shelved_by: string;
  shelved_until_at: number | null;
  escalated: number;
  receipts: string[];
}

export interface ChannelHealth {
  name: string;
  state: Health;
  reason: string;
  waiting: number;
  last_delivered_at: number | null;
  tested_at: number | null;
  test: string;
}

export interface AlarmsTile {
  known: boolean;
  open: number | null;
  unacknowledged: number | null;
  alarms: OpenAlarm[];
  channels: ChannelHealth[];
}

export interface ServiceTile {
  name: string;
  state: "online" | "stopping" | "offline" | "unknown";
  version: string;
  since_at: number | null;
}

export type Health = "starting" | "ok" | "lost" | "not_configured";

export interface DeviceTile {
  name: string;
  kind: string;
  owner: string;
  state: Health;
  reason: string;
  age_s: number | null;
  lost_since_at: number | null;
}

export interface HistoryTile {
  ok: boolean;
  reason: string;
}

export interface Limit {
  rule: string;
  scope: string;
  ceiling_kw: number;
  reason: string;
}

export interface Lease {
  id: string;
  kind: "power_signal" | "miners" | "fans" | "temperature" | "drill" | "raw";
  owner: string;
  reason: string;
  from_at: number;
  until_at: number;
  payload: string;
}

export interface Lockout {
  target: string;
  owner: string;
  reason: string;
  since_at: number;
}

export interface Trip {
  key: string;
  reason: string;
  since_at: number;
  present: string; // why a reset would be refused now; empty: it may be reset
}

export interface Drill {
  device: string;
  at: number | null;
  proven: boolean;
  seconds: number | null;
  how: string;
}

export interface Dashboard {
  time: number;
  clock_trusted: boolean;
  timezone: string;
  simulated: boolean; // the simulated site of `make run` and `make demo`
  site: string;
  version: string;
  broker_connected: boolean;
  headline: Headline;
  mode: string | null;
  since_at: number | null;
  control: "observe" | "armed" | null;
  phase: string | null;
  reasons: string[];
  limited_by: string | null;
  state_age_s: number | null;
  state_stale: boolean;
  forced: boolean | null;
  signals: SignalTile[];
  load: LoadTile;
  temperature: TemperatureTile;
  humidity: HumidityTile;
  sensors: SensorTile[];
  switches: SwitchTile[];
  fan_stage: number | null;
  fans: FanTile[];
  groups: GroupTile[];
  pdus: PduTile[];
  limits: Limit[];
  leases: Lease[];
  lockouts: Lockout[];
  trips: Trip[];
  drills: Drill[];
  would_do: string[];
  missing: string[];
  alarms: AlarmsTile;
  services: ServiceTile[];
  devices: DeviceTile[];
  history: HistoryTile;
}

/** An event as `GET /api/v1/events` gives it, services/api/history/happened.py. */
export interface EventRow {
  id: number;
  source: string;
  ledger_seq: number;
  timestamp: string;
  clock_trusted: boolean;
  kind: string;
  title: string;
  reasons: string[];
  mode: string;
  device: string;
  target: string;
  act: string;
  phase: string | null;
  command_id: string;
  seconds: number | null;
  who: string;
  detail: string;
}

export interface Failure {
  at: string;
  target: string;
  phase: string;
  words: string;
}

/** How one kind of command of one device fared, as `GET /api/commands` gives it, services/api/history/commands.py. */
export interface CommandRow {
  device: string;
  act: string;
  since: string;
  until: string;
  sent: number;
  acknowledged: number;
  confirmed: number;
  refused: number;
  failed: number;
  expired: number;
  open: number;
  oldest_open_at: string | null;
  renewals_failed: number;
  share_confirmed: number | null;
  p50_s: number | null;
  p95_s: number | null;
  max_s: number | null;
  acknowledged_p50_s: number | null;
  acknowledged_p95_s: number | null;
  last_failure: Failure | null;
}

export interface CommandTruth {
  since: string;
  until: string;
  truncated: boolean;
  rows: CommandRow[];
}

/** One load as `GET /api/v1/loads` gives it, in the order of the letters of its group's `states`. */
export interface LoadRow {
  name: string;
  group: string;
  zone: string;
  kw: number;
  priority: number;
  pdu: string;
  outlet: number | null;
  target: "run" | "sleep" | "off" | "unknown";
  state: "hashing" | "waking" | "asleep" | "unknown";
  outlet_state: Power;
  watts: number | null;
  watts_age_s: number | null;
  locked_out: boolean;
}
