import { useState } from "preact/hooks";
import { inShort } from "../held";
import type { Dashboard } from "../types";
import { kw } from "../words";
import { ask } from "./ask";
import { Asking } from "./asking";
import { Choice, Foldout, Text, Tick } from "./fields";
import { slip } from "./slip";
import { TermFields, useTerm } from "./term";

const REASON = "Reason, for the records";
const ALL = "All load";
const TO_KW = "Down to so many kW";

/** One more signal, of which the stricter wins. */
export function Curtail({ feed }: { feed: Dashboard }) {
  const [how, setHow] = useState(ALL);
  const [most, setMost] = useState("");
  const [reason, setReason] = useState("");
  const term = useTerm(60);
  const target = how === ALL ? 0 : most.trim() === "" ? Number.NaN : Number(most);
  const wrong = slip(target, feed.load.nominal_kw) ?? term.wrong;
  const payload = () => ({ ...(how === ALL ? { all: true } : { target_kw: target }), minutes: term.minutes() });
  const label = `Curtail ${how === ALL ? "all load" : Number.isFinite(target) ? `to ${kw(target)}` : ""} ${term.words}`.trim();
  return (
    <Foldout title="Curtail">
      <Choice label="How much comes off" value={how} set={setHow} from={[ALL, TO_KW]} />
      {how === TO_KW && <Text label="kW that may stay on" value={most} set={setMost} number />}
      <TermFields of={term} />
      <Text label={REASON} value={reason} set={setReason} />
      <Asking label={label} send={() => ask("curtail", payload(), reason)} disabled={wrong} />
    </Foldout>
  );
}

/** Groups or single loads sleep. */
export function Hold({ groups }: { groups: string[] }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const [single, setSingle] = useState("");
  const [reason, setReason] = useState("");
  const term = useTerm(60);
  const members = [...chosen.filter((one) => groups.includes(one)), ...single.split(/[\s,]+/).filter(Boolean)];
  const wrong = members.length > 0 ? term.wrong : "Choose a group, or name a load.";
  return (
    <Foldout title="Hold miners asleep">
      <fieldset>
        <legend>Groups</legend>
        {groups.map((one) => (
          <Tick
            key={one}
            label={one}
            value={chosen.includes(one)}
            set={(yes) => setChosen((before) => (yes ? [...before, one] : before.filter((other) => other !== one)))}
          />
        ))}
      </fieldset>
      <Text label="Single loads, by name" value={single} set={setSingle} />
      <TermFields of={term} />
      <Text label={REASON} value={reason} set={setReason} />
      <Asking
        label={`Hold ${inShort(members) || "miners"} asleep ${term.words}`}
        send={() => ask("hold", { members, minutes: term.minutes() }, reason)}
        disabled={wrong}
      />
    </Foldout>
  );
}

/** Held off without end; given back where the lock-outs stand. */
export function LockOut({ feed }: { feed: Dashboard }) {
  const [target, setTarget] = useState("");
  const [reason, setReason] = useState("");
  const offered = [...feed.fans.map((fan) => `fan-${fan.number}`), ...feed.groups.map((group) => group.name)];
  const name = target.trim();
  return (
    <Foldout title="Lock out">
      <p class="detail">What is locked out stays off, without end and through every restart, until a person gives it back.</p>
      <Text label="Fan, load, outlet (pdu-1/7) or group" value={target} set={setTarget} offered={offered} />
      <Text label={REASON} value={reason} set={setReason} />
      <Asking
        label={`Lock out ${name}`.trim()}
        send={() => ask("lockout", { target: name }, reason)}
        disabled={name ? undefined : "Name what shall stay off."}
      />
    </Foldout>
  );
}

/** Against a false signal; it ends by itself. */
export function OutOfService({ feed }: { feed: Dashboard }) {
  const serving = feed.signals.filter((one) => one.in_service).map((one) => one.name);
  const [signal, choose] = useState(serving[0] ?? feed.signals[0]?.name ?? ""); // stays where it was, whatever is taken out
  const [confirmed, setConfirmed] = useState(false);
  const [reason, setReason] = useState("");
  const term = useTerm(60);
  const isOut = !serving.includes(signal);
  const isLast = !isOut && serving.length === 1;
  const unsure = isLast && !confirmed ? "Confirm that no signal counts then." : undefined;
  const wrong = isOut ? `${signal} is out of service already.` : (unsure ?? term.wrong);
  return (
    <Foldout title="Take a signal source out of service">
      <Choice label="Source" value={signal} set={choose} from={feed.signals.map((one) => one.name)} />
      <TermFields of={term} />
      <Text label={REASON} value={reason} set={setReason} />
      {isLast && (
        <Tick
          label={`${signal} is the last source in service: without it nobody asks this site to curtail`}
          value={confirmed}
          set={setConfirmed}
        />
      )}
      <Asking
        label={`Take ${signal} out of service ${term.words}`}
        send={() =>
          ask("service", { signal, in_service: false, minutes: term.minutes(), confirmed: isLast && confirmed }, reason)
        }
        disabled={wrong}
      />
    </Foldout>
  );
}
