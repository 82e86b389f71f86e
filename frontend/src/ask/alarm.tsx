import { useState } from "preact/hooks";
import type { OpenAlarm } from "../types";
import { ask } from "./ask";
import { Asking } from "./asking";
import { Foldout, Text } from "./fields";
import { mayAsk } from "./me";
import { TermFields, useTerm } from "./term";

/** Acknowledge one alarm, shelve it if it is a warning, take it back from its shelf: beside it. */
export function AlarmActions({ alarm }: { alarm: OpenAlarm }) {
  const { key, state } = alarm;
  if (state === "shelved")
    return (
      <Asking owner="notifier" label="Take back from the shelf" about={alarm.cause} send={() => ask("unshelve", { key }, "")} />
    );
  return (
    <div class="alarm-actions">
      {!alarm.acknowledged_by && (
        <Asking owner="notifier" label="Acknowledge" about={alarm.cause} send={() => ask("acknowledge", { key }, "")} />
      )}
      {alarm.active && alarm.kind === "warning" && mayAsk.value && <Shelve of={key} />}
    </div>
  );
}

/** Shown, and told to nobody, for a while. */
function Shelve({ of: key }: { of: string }) {
  const [reason, setReason] = useState("");
  const term = useTerm(120);
  return (
    <Foldout title="Shelve">
      <TermFields of={term} />
      <Text label="Reason, for the records" value={reason} set={setReason} />
      <Asking
        owner="notifier"
        label={`Shelve ${term.words}`}
        send={() => ask("shelve", { key, minutes: term.minutes() }, reason)}
        disabled={term.wrong}
      />
    </Foldout>
  );
}
