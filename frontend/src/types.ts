// Made by services.cli.generate from the models of services/api. Null is unknown, never 0.
// `_at` are Unix seconds UTC, `_s` seconds. A model sends all of its fields.

export type Tone = "good" | "warning" | "bad" | "unknown";

export type CurtailmentKind = "signal" | "contact" | "schedule" | "lease" | "drill" | "thermal" | "trip" | "failsafe" | "unknown";

/** Something measured. When it was never measured, or on another boot of the host, its age is null and it is stale. */
export interface Aged {
  age_s: number | null;
  stale: boolean;
  stale_after_s: number;
}

/** The three kinds the operator knows, which decide the channels. */
export type AlarmKind = "heartbeat" | "warning" | "emergency";

/** The rise (`active`) or fall of an alarm. `since` is when the condition began, `timestamp` when it was said. */
export interface AlarmRow {
  id: number;
  timestamp: string;
  source: string;
  key: string;
  active: boolean;
  kind: string;
  priority: Priority; // of its class
  since: string;
  cause: string;
  consequence: string;
  action: string;
}

/** An alarm that was open in that time. `ended_at` null: it still stands, or its end is not recorded. */
export interface AlarmStood {
  key: string;
  kind: string;
  priority: Priority;
  since_at: number;
  ended_at: number | null;
  cause: string;
  action: string;
}

/** A page of rises and falls in the order in which they were stored, and the cursors of the pages after and before it. */
export interface Alarms {
  alarms: AlarmRow[];
  next_after: number;
  next_before: number | null; // null on an empty page
}

/**
 * Open alarms. `known` is false while the notifier has not spoken: then an empty list proves nothing.
 *
 * `unacknowledged` leaves out what somebody shelved. `shelves`: all that is put aside, also where it hides no open alarm.
 */
export interface AlarmsTile {
  known: boolean;
  open: number | null;
  unacknowledged: number | null;
  alarms: OpenAlarm[];
  channels: ChannelHealth[];
  shelves: ShelfTold[];
}

/**
 * A request and what became of it.
 *
 * `waiting`: not answered yet; `done`; `refused`, with the reason; `expired`: nobody answered in its time, and nobody begins it
 * any more. `reason` and `result` are the answer's, `because` is what the person gave. `_at` are Unix seconds.
 */
export interface AskedRequest {
  id: string;
  verb: string;
  state: "waiting" | "done" | "refused" | "expired";
  reason: string;
  result: Record<string, unknown> | null; // null until it is done; the lease made, where one was
  who: string;
  because: string;
  asked_at: number;
  expires_at: number;
}

/** One who asked for less, from when until when. */
export interface Asker {
  kind: CurtailmentKind;
  source: string | null;
  from_at: number;
  until_at: number | null; // null while it asks
  target_kw: number | null; // what might stay on when it began; null where it names no load of the site
  reason: string;
  level: string | null;
  event_id: string | null;
  confirmed_s: number | null; // seconds from its ask until a measurement showed it; null: never while it asked
}

/** The readings of one stretch of time from `at` (Unix seconds); null when all of them were bad. */
export interface Bucket {
  at: number;
  mean: number | null;
  lowest: number | null;
  highest: number | null;
  count: number; // good readings
  bad: boolean; // some were bad; of a run of bad ones the first is stored
  forced: boolean; // some were forced by a test
}

/** A message as it passed. `received_at`: Unix seconds; `late` was measured before, while there was no connection. */
export interface BusMessage {
  topic: string;
  received_at: number;
  retained: boolean;
  late: boolean;
  bytes: number;
  cut: boolean;
  payload: string;
}

/** One way to people: whether it is set up, its last result, and what came of the last test with a real message. */
export interface ChannelHealth {
  name: string;
  state: HealthState;
  reason: string;
  waiting: number;
  last_delivered_at: number | null;
  tested_at: number | null;
  test: string;
}

/** One kind of command of one device. `sent` = confirmed + refused + failed + expired + open. */
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

/**
 * One kind of command of one device. `sent` = confirmed + refused + failed + expired + superseded + open.
 *
 * Percentiles are nearest-rank.
 */
export interface CommandRow {
  device: string;
  act: string; // sleep, wake, outlet_off, outlet_on, fan_on or fan_off
  since: string;
  until: string;
  sent: number;
  acknowledged: number; // by the device itself, whatever came after
  confirmed: number; // by a measurement that is not the device's answer
  refused: number;
  failed: number;
  expired: number;
  superseded: number; // the opposite was ordered before it was confirmed; no failure
  open: number; // no end is recorded yet
  oldest_open_at: string | null;
  renewals_failed: number; // failed renewals of a fan's lease; counted in no other figure
  share_confirmed: number | null; // confirmed of those that ended otherwise than superseded, 0 to 1
  p50_s: number | null; // seconds from sending to confirmed
  p95_s: number | null;
  max_s: number | null;
  acknowledged_p50_s: number | null; // seconds from sending to acknowledged
  acknowledged_p95_s: number | null;
  last_failure: Failure | null;
}

/** All rows of a window. `truncated`: there were more events than are read, and `since` is that of the oldest one read. */
export interface CommandTruth {
  since: string;
  until: string;
  truncated: boolean;
  rows: CommandRow[];
}

/** `OBSERVE` decides and shows but sends nothing; `ARMED` acts. */
export type Control = "observe" | "armed";

/** All services, their sum over those that are known, and the disk of the records. The broker is not counted. */
export interface Cost {
  time: string;
  timezone: string;
  today: string;
  today_since: string; // when the counting of today began: midnight, unless nothing ran then
  services: ServiceCost[];
  whole: ServiceCost;
  written_yesterday_bytes: number | null;
  disk_free_bytes: number | null;
  disk_bytes: number | null;
  databases_bytes: Record<string, number>;
}

/**
 * From leaving normal running because something asked for less, until the load was free again, or something asked anew.
 *
 * `id` is the cursor of the event with which it began. `lowest_kw` and the energy come from the rows of `mine_states`.
 */
export interface CurtailmentRow {
  id: number;
  kind: CurtailmentKind; // what the first of `asks` is
  kinds: CurtailmentKind[]; // the kinds of all that asked, in the order of `asks`
  asks: Asker[]; // all who asked: the utility first, then in the order in which they began
  source: string | null; // the signal, contact or schedule by its name
  from_at: number;
  released_at: number | null; // when nobody asked any more and load might return; null while somebody asks
  until_at: number | null; // when load was free again, or something asked anew; null before
  asked_anew: boolean; // the load was not free again when the next one began
  reason: string;
  level: string | null;
  event_id: string | null; // as the utility names it
  target_kw: number | null; // what the first of `asks` left
  lowest_kw: number | null; // the least that was measured with nothing unknown
  // seconds from the first of `asks` until a measurement showed the load within the target; null: never did
  confirmed_s: number | null;
  proven: boolean; // a measurement showed it
  // an estimate: the load before it began, less what was measured, over its time; null where one is not known
  energy_not_used_kwh: number | null;
  forced: boolean; // a lease or a drill stood in it
  exercised: boolean; // a drill, or a debug call that forced it, brought it: no evidence of the site's own
  clock_trusted: boolean;
}

/** The newest first. `more` tells that there are older ones; `timezone` is the site's. */
export interface Curtailments {
  curtailments: CurtailmentRow[];
  more: boolean;
  timezone: string;
}

/** Measured load over time with what was allowed. `measured_by`: what the points come from. */
export interface Curve {
  measured_by: "site meter" | "PDUs" | "records" | "nothing";
  meters: string[];
  points: Point[];
  target: HeldFrom[];
  setpoint: HeldFrom[];
  unknown: HeldFrom[]; // load that nothing measured
}

/** Everything the page shows. `mode` and what stands with it are null until the controller has spoken. */
export interface Dashboard {
  time: number;
  clock_trusted: boolean;
  timezone: string;
  simulated: boolean;
  site: string;
  version: string;
  broker_connected: boolean;
  headline: Headline;
  mode: Mode | null;
  since_at: number | null;
  control: Control | null;
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

/** The decision that heard the first of `asks`, and all that it went by. */
export interface Decided {
  at: number;
  title: string;
  mode: string;
  reasons: string[];
  inputs: Record<string, unknown>;
}

/** One decision: a transition changes the mode. `inputs` is what it went by, with the age of each; null where none is kept. */
export interface Decision {
  id: number;
  timestamp: string;
  clock_trusted: boolean;
  kind: string;
  title: string;
  mode: string;
  reasons: string[];
  inputs: Record<string, unknown> | null;
}

/** A page of decisions in the order in which they were stored, and the cursors of the pages after and before it. */
export interface Decisions {
  decisions: Decision[];
  next_after: number;
  next_before: number | null; // null on an empty page
}

/** One device by its owner's word; `age_s` since it last answered, null when never. */
export interface DeviceTile {
  name: string;
  kind: string;
  owner: string;
  state: HealthState;
  reason: string;
  age_s: number | null;
  lost_since_at: number | null;
}

/** The last drill of an acting device; `at` None: it was never drilled. */
export interface Drill {
  device: string;
  at: number | null;
  proven: boolean;
  seconds: number | null;
  how: string;
}

/** One event. `id` is the cursor: ask for what comes `after` it, or `before` it. */
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

/** A page of events in the order in which they were stored, and the cursors of the pages after and before it. */
export interface Events {
  events: EventRow[];
  next_after: number;
  next_before: number | null; // null on an empty page
}

/** The last command of a kind that was refused, failed or expired: when, which, and the words of whoever said so. */
export interface Failure {
  at: string;
  target: string;
  phase: string;
  words: string;
}

/** What a fan does with its order. `STOPPING`: switched off just now, it still runs. `UNASKED`: on although wanted off. */
export type FanState = "ordered" | "resting" | "stopping" | "unasked" | "unknown";

/** One fan: commanded, what its relay says, what its watts say, what it does, and how many hours it was on in all. */
export interface FanTile {
  age_s: number | null;
  stale: boolean;
  stale_after_s: number;
  number: number;
  commanded: PowerState;
  running: PowerState;
  proven: Proof;
  state: FanState;
  watts: number | null;
  hours: number | null;
  locked_out: boolean;
  reason: string;
  tone: Tone;
}

/** A stretch of which something is not known. */
export interface Gap {
  from_at: number;
  until_at: number;
  what: string;
}

/**
 * A load group by what its devices report. `measured_kw` is the sum of fresh watts, null when none is metered.
 *
 * `states` has a letter for each configured load of the group, in the order of `GET /api/v1/loads`: h hashing, w waking,
 * a asleep, o off at its outlet, u unknown; `unknown` counts the last, for what has no power is off. One that cannot be
 * reached is waking for 10 min after it was woken or its power returned. While the controller is silent all is unknown.
 */
export interface GroupTile {
  name: string;
  members: number;
  hashing: number;
  waking: number;
  asleep: number;
  unknown: number;
  outlets_off: number;
  target: LoadTarget | "mixed";
  measured_kw: number | null;
  metered: number;
  states: string;
  tone: Tone;
}

/**
 * The five-second answer. `safe` and `curtailed` are null when the controller is silent.
 *
 * `back_at`: the earliest moment at which load may return, Unix seconds; null when something that holds it has no known end,
 * and when nothing holds it. `todo`: what a person should do now, the gravest first, at most four; empty when nothing.
 * `brief`: the sentence without its figures and without `back_at`. `more`: those of `why` that it does not tell;
 * `tells_since`: it tells since when. `tolerance_kw`: the meter's, where what it still reads is proven off by it.
 */
export interface Headline {
  sentence: string;
  brief: string;
  tells_since: boolean;
  why: string[];
  more: string[];
  tone: Tone;
  safe: boolean | null;
  curtailed: boolean | null;
  tolerance_kw: number | null;
  back_at: number | null;
  todo: string[];
}

/** Of a device or a service. */
export type HealthState = "starting" | "ok" | "lost" | "not_configured";

/** A figure that holds from `at` on. */
export interface HeldFrom {
  at: number;
  kw: number | null;
}

/** Whether records reach the disk. Control and this page go on without it. */
export interface HistoryTile {
  ok: boolean;
  reason: string;
}

/** The highest fresh relative humidity and its limit, in %RH. */
export interface HumidityTile {
  max_percent: number | null;
  limit_percent: number;
  tone: Tone;
}

/** One settlement interval. `within` is null where a meter was silent; `complete`: the ask lasted to its end. */
export interface Interval {
  from_at: number;
  until_at: number;
  mean_kw: number | null;
  limit_kw: number | null;
  unknown_s: number; // seconds of it that nothing measured
  complete: boolean;
  within: boolean | null;
}

/** Back to back from the moment the ask must have been met, as the controller watches them; the ask's end cuts the last. */
export interface Intervals {
  minutes: number; // 0: none are watched
  begin_at: number | null;
  rows: Interval[];
  worst: number | null; // index of the row with the highest mean; null where none was measured
}

/** A hold with an owner and an end. `payload` is JSON text of the request that made it. */
export interface Lease {
  id: string;
  kind: LeaseKind;
  owner: string;
  reason: string;
  from_at: number;
  until_at: number;
  payload: string;
}

/** What a lease holds. A lease only tightens: the stricter of it and the plant wins. `RAW` holds nothing, it shows. */
export type LeaseKind = "power_signal" | "miners" | "fans" | "temperature" | "drill" | "raw";

/** What a power signal asks for, mildest first. `UNKNOWN` is no level: it never counts as normal. */
export type Level = "normal" | "watch" | "alert" | "control" | "emergency" | "unknown";

/** A ceiling that some rule holds on load, with its reason. `scope` is `site`, `zone <name>` or `feeder <name>`. */
export interface Limit {
  rule: string;
  kind: RuleKind;
  scope: string;
  ceiling_kw: number;
  reason: string;
  clause: string;
}

/** One stretch of time from `at` (Unix seconds) on; null is unknown. `target_kw` is the lowest target of it. */
export interface LoadBucket {
  at: number;
  kw: number | null;
  lowest_kw: number | null;
  highest_kw: number | null;
  partial: boolean;
  forced: boolean;
  target_kw: number | null;
}

/** Whether the load was shown to be within the target, when first, and by which readings. */
export interface LoadProof {
  proven: boolean;
  at: number | null;
  meters: string[];
  words: string;
}

/** One load: what it is, what is wanted of it, what is known of it. While the controller is silent that is nothing. */
export interface LoadRow {
  name: string;
  group: string;
  zone: string;
  kw: number;
  priority: number;
  pdu: string;
  outlet: number | null;
  target: LoadTarget | "unknown";
  state: LoadState;
  outlet_state: PowerState;
  watts: number | null; // what it draws alone; null when nothing meters it, or not for a minute
  watts_age_s: number | null;
  locked_out: boolean; // itself, its outlet or its group
}

/** The load over time. `measured_by`: what it is added up from; `target_known` is false for more than 32 days. */
export interface LoadSeries {
  measured_by: "site meter" | "PDUs" | "records" | "nothing";
  meters: string[];
  bucket_s: number;
  target_known: boolean;
  buckets: LoadBucket[];
}

/** What the device itself reports of a load; never proof of its kW. */
export type LoadState = "hashing" | "waking" | "asleep" | "unknown";

/** The wanted state of a load: run, sleep by its soft path, or off at its outlet. */
export type LoadTarget = "run" | "sleep" | "off";

/**
 * The site's load in kW; `age_s` is that of `measured_kw`. What is unknown is counted in no other figure.
 *
 * `ready_kw` could be taken off and confirmed now, never more than is on. In a power event `interval_kw` is the projected mean
 * of the running settlement interval of `interval_minutes`, which ends at `interval_ends_at` (Unix seconds), and
 * `interval_limit_kw` the lowest that a signal asks for.
 */
export interface LoadTile {
  age_s: number | null;
  stale: boolean;
  stale_after_s: number;
  measured_kw: number | null;
  target_kw: number | null;
  setpoint_kw: number | null;
  unknown_kw: number | null;
  nominal_kw: number | null;
  ready_kw: number | null;
  interval_kw: number | null;
  interval_ends_at: number | null;
  interval_limit_kw: number | null;
  interval_minutes: number;
}

/** Every configured load, in the order of the letters of its group in the feed. While `stale` their states are unknown. */
export interface Loads {
  stale: boolean;
  age_s: number | null; // seconds since the controller decided; null: never, or on another boot
  loads: LoadRow[];
}

/** A fan, outlet, miner or group that must not be moved. No end: a person removes it. */
export interface Lockout {
  target: string;
  owner: string;
  reason: string;
  since_at: number;
}

/** Who asks, and by what. With a login: what its writing requests carry in `X-CSRF-Token`, and its end in Unix seconds. */
export interface Me {
  name: string;
  role: Role;
  how: "session" | "token" | "local" | "free view";
  csrf: string | null;
  until_at: number | null;
}

/** What the site is doing, derived at each decision and never stored. */
export type Mode =
  "starting" | "normal" | "curtailing" | "curtailed" | "restoring" | "thermal_limit" | "emergency" | "failsafe" | "manual";

/** One line of the story. */
export interface Moment {
  at: number;
  what: string;
  why: string;
  who: string;
  kind: "notice" | "signal" | "mode" | "decision" | "command" | "proof" | "restore" | "alarm" | "over" | "act" | "gap" | "end";
}

/** The plan, where one was told before it began. */
export interface Notice {
  seen_at: number;
  source: string;
  words: string;
}

/**
 * An alarm that is open or not yet acknowledged, with what each channel's provider said.
 *
 * `acknowledged_until_at`: then it is asked about again. `shelved_until_at`: until then nobody is told. `escalated` counts how
 * often further people were told because nobody acknowledged.
 */
export interface OpenAlarm {
  key: string;
  kind: AlarmKind;
  priority: Priority;
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

/**
 * A PDU or relay that feeds loads: what it delivers, by its own meter, and its outlets as it reports them.
 *
 * `limit_kw` is that of its feeder when the feeder is its alone. `reason` says what is wrong with the device.
 */
export interface PduTile {
  age_s: number | null;
  stale: boolean;
  stale_after_s: number;
  name: string;
  kw: number | null;
  limit_kw: number | null;
  outlets_on: number;
  outlets_off: number;
  outlets_unknown: number;
  reason: string;
  tone: Tone;
}

/** What was measured from `at` on for `width_s`. `kw` is null where nothing was; `partial`: some of the meters are missing. */
export interface Point {
  at: number;
  width_s: number;
  kw: number | null;
  lowest_kw: number | null;
  highest_kw: number | null;
  partial: boolean;
}

/** A read-back of an outlet, a relay or a fan. Unknown is neither on nor off. */
export type PowerState = "on" | "off" | "unknown";

/** How soon a person must act on an alarm (ISA-18.2): at once, within the shift, when there is time. */
export type Priority = "high" | "medium" | "low";

/** What a different measurement says of a running fan. Unproven is not disproved. */
export type Proof = "proven" | "unproven" | "disproved";

/** What somebody may do: look, or ask for something too. */
export type Role = "viewer" | "operator";

/**
 * Of what kind the rule is that holds a ceiling; its name says which one of the kind. `OTHER`: told by nobody.
 *
 * `SIGNAL_LOST`: what a lost signal leaves. `BLIND`: temperatures lost for too long. `STALE`, `AIR_UNPROVEN`: nothing is raised.
 */
export type RuleKind =
  | "signal"
  | "signal_lost"
  | "contact"
  | "schedule"
  | "lease"
  | "interval"
  | "trip"
  | "temperature"
  | "blind"
  | "stale"
  | "airflow"
  | "air_unproven"
  | "rest"
  | "ramp"
  | "site_limit"
  | "feeder"
  | "other";

/** A sensor that has readings stored. `first` and `last` are to the minute; null when no reading is kept any more. */
export interface SensorRow {
  sensor: string;
  device: string;
  quantity: string;
  unit: string;
  label: string;
  first: string | null;
  last: string | null;
}

/**
 * One reading, named `device/quantity`. `value` is null where its device says that it cannot be read, for a `reason`.
 *
 * A stale value, of which nothing comes any more, is kept and must look stale. `measured_at`: the last good one, null: never.
 */
export interface SensorTile {
  age_s: number | null;
  stale: boolean;
  stale_after_s: number;
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

/** All of them, by name. */
export interface Sensors {
  sensors: SensorRow[];
}

/** One sensor over time. Stretches without any reading have no bucket: a gap is a gap. */
export interface Series {
  sensor: string;
  unit: string;
  label: string;
  bucket_s: number;
  tier: "reading" | "minute" | "quarter" | "hour"; // what the buckets are made from; the newest are finer
  buckets: Bucket[];
}

/** One service. Null is unknown. */
export interface ServiceCost {
  service: string;
  up: boolean;
  memory_bytes: number | null; // null where a service does not answer, or its computer does not say
  cpu_seconds: number | null; // since its start
  cpu_share: number | null; // of one processor core, over the last minute; before that, since its start
  written_bytes: number | null; // to disks, since its start
  written_today_bytes: number | null; // since midnight of the site's timezone, over restarts
  open_files: number | null;
  messages_published: number | null; // on the broker, since its start
  messages_received: number | null;
  databases_bytes: Record<string, number>; // its database files with their logs
}

/** One of our own services, by its presence on the bus. */
export interface ServiceTile {
  name: string;
  state: "online" | "stopping" | "offline" | "unknown";
  version: string;
  since_at: number | null;
}

/** Several sensors over the same time; `missing` names those of which nothing is stored. */
export interface SeveralSeries {
  series: Series[];
  missing: string[];
}

/** What a person put aside, by its key or pattern, also where no alarm is open that it hides; the end in Unix seconds. */
export interface ShelfTold {
  pattern: string;
  by: string;
  until_at: number;
}

/** A signal as the decision knew it. `raw_text` is what stood on the utility's page. */
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

/** One power signal: what it says, and what follows after loss, lease and service rules. An event may be planned. */
export interface SignalTile {
  age_s: number | null;
  stale: boolean;
  stale_after_s: number;
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

/** Loads that were given back together: the commands, and the load a moment before the next. */
export interface Stage {
  at: number;
  until_at: number;
  loads: number;
  confirmed: number;
  setpoint_kw: number | null;
  kw_after: number | null;
}

/** One curtailment told in time. */
export interface Story {
  curtailment: CurtailmentRow;
  site: string;
  timezone: string;
  now_at: number;
  sentence: string;
  notice: Notice | null;
  signals: SignalSaid[];
  decision: Decided;
  first_sent_at: number | null;
  last_sent_at: number | null; // the last command that took load off
  last_confirmed_at: number | null;
  released_at: number | null; // when nobody asked for less any more and the load began to return
  timeline: Moment[];
  commands: CommandCount[];
  curve: Curve;
  intervals: Intervals;
  stages: Stage[];
  alarms: AlarmStood[];
  proof: LoadProof;
  gaps: Gap[];
  notes: string[]; // what to know of the records themselves
}

/** What a dry contact means. */
export type SwitchRole = "utility" | "door" | "flood" | "smoke" | "other";

/** One dry contact: `active` is what it means (door open, flood, smoke, utility control). */
export interface SwitchTile {
  age_s: number | null;
  stale: boolean;
  stale_after_s: number;
  name: string;
  label: string;
  role: SwitchRole;
  active: boolean | null;
  reason: string;
  tone: Tone;
}

/** The hottest fresh intake and the limits it is judged by, in Celsius. */
export interface TemperatureTile {
  max_c: number | null;
  warn_c: number;
  shed_c: number;
  emergency_c: number;
  min_c: number;
  tone: Tone;
}

/** A latched interlock. Ends only by a person's reset, refused while its cause persists: `present` is why, else empty. */
export interface Trip {
  key: string;
  reason: string;
  since_at: number;
  present: string;
}
