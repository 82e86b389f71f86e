import { useState } from "preact/hooks";
import type { Dashboard } from "../types";
import { kw } from "../words";
import { ask } from "./ask";
import { Asking } from "./asking";
import { Choice, Form, Text, Tick } from "./fields";
import { SpanFields, useSpan } from "./span";

const REASON = "Reason, for the records";
const ALL = "All load";
const TO_KW = "Down to so many kW";

/** One more signal, of which the stricter wins. */
export function Curtail() {
  const [how, setHow] = useState(ALL);
  const [most, setMost] = useState("");
  const [reason, setReason] = useState("");
  const span = useSpan(60);
  const target = how === ALL ? 0 : most.trim() === "" ? Number.NaN : Number(most);
  const wrong = target >= 0 && target <= 100_000 ? span.wrong : "Give the kW that may stay on.";
  const payload = () => ({ ...(how === ALL ? { all: true } : { target_kw: target }), minutes: span.minutes() });
  const label = `Curtail ${how === ALL ? "all load" : Number.isFinite(target) ? `to ${kw(target)}` : ""} ${span.words}`.trim();
  return (
    <Form title="Curtail">
      <Choice label="How much comes off" value={how} set={setHow} from={[ALL, TO_KW]} />
      {how === TO_KW && <Text label="kW that may stay on" value={most} set={setMost} number />}
      <SpanFields of={span} />
      <Text label={REASON} value={reason} set={setReason} />
      <Asking label={label} send={() => ask("curtail", payload(), reason)} disabled={wrong} />
    </Form>
  );
}

/** Groups or single loads sleep. */
export function Hold({ groups }: { groups: string[] }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const [single, setSingle] = useState("");
  const [reason, setReason] = useState("");
  const span = useSpan(60);
  const members = [...chosen.filter((one) => groups.includes(one)), ...single.split(/[\s,]+/).filter(Boolean)];
  const wrong = members.length > 0 ? span.wrong : "Choose a group, or name a load.";
  return (
    <Form title="Hold miners asleep">
      <fieldset>
        <legend>Groups</legend>
        {groups.map((one) => (
          <Tick key={one} label={one} value={chosen.includes(one)} set={(yes) => setChosen((before) => (yes ? [...before, one] : before.filter((other) => other !== one)))} />
        ))}
      </fieldset>
      <Text label="Single loads, by name" value={single} set={setSingle} />
      <SpanFields of={span} />
      <Text label={REASON} value={reason} set={setReason} />
      <Asking label={`Hold ${inShort(members)} asleep ${span.words}`} send={() => ask("hold", { members, minutes: span.minutes() }, reason)} disabled={wrong} />
    </Form>
  );
}

/** Held off without end; given back where the lock-outs stand. */
export function LockOut({ feed }: { feed: Dashboard }) {
  const [target, setTarget] = useState("");
  const [reason, setReason] = useState("");
  const offered = [...feed.fans.map((fan) => `fan-${fan.number}`), ...feed.groups.map((group) => group.name)];
  const name = target.trim();
  return (
    <Form title="Lock out">
      <p class="detail">What is locked out stays off, without end and through every restart, until a person gives it back.</p>
      <Text label="Fan, load, outlet (pdu-1/7) or group" value={target} set={setTarget} offered={offered} />
      <Text label={REASON} value={reason} set={setReason} />
      <Asking label={`Lock out ${name}`.trim()} send={() => ask("lockout", { target: name }, reason)} disabled={name ? undefined : "Name what shall stay off."} />
    </Form>
  );
}

/** Against a false signal; it ends by itself. */
export function OutOfService({ feed }: { feed: Dashboard }) {
  const serving = feed.signals.filter((one) => one.in_service).map((one) => one.name);
  const [chosen, setChosen] = useState("");
  const [confirmed, setConfirmed] = useState(false);
  const [reason, setReason] = useState("");
  const span = useSpan(60);
  const signal = serving.includes(chosen) ? chosen : (serving[0] ?? "");
  const isLast = serving.length === 1;
  const unsure = isLast && !confirmed ? "Confirm that no signal counts then." : undefined;
  const wrong = signal === "" ? "No source is in service." : (unsure ?? span.wrong);
  return (
    <Form title="Take a signal source out of service">
      <Choice label="Source" value={signal} set={setChosen} from={serving} />
      <SpanFields of={span} />
      <Text label={REASON} value={reason} set={setReason} />
      {isLast && <Tick label={`${signal} is the last source in service: without it nobody asks this site to curtail`} value={confirmed} set={setConfirmed} />}
      <Asking label={`Take ${signal} out of service ${span.words}`} send={() => ask("service", { signal, in_service: false, minutes: span.minutes(), confirmed: isLast && confirmed }, reason)} disabled={wrong} />
    </Form>
  );
}

function inShort(members: string[]): string {
  return members.length > 3 ? `${members.slice(0, 2).join(", ")} and ${members.length - 2} more` : members.join(", ") || "miners";
}
