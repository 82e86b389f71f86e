import { useState } from "preact/hooks";
import type { OpenAlarm } from "../types";
import { ask } from "./ask";
import { Asking } from "./asking";
import { Form, Text } from "./fields";
import { mayAsk } from "./me";
import { SpanFields, useSpan } from "./span";

/** Acknowledge one alarm, shelve it if it is a warning, take it back from its shelf: beside it. */
export function AlarmActions({ alarm }: { alarm: OpenAlarm }) {
  const { key, state } = alarm;
  if (state === "shelved") return <Asking owner="notifier" label="Take back from the shelf" send={() => ask("unshelve", { key }, "")} />;
  return (
    <div class="alarm-actions">
      {!alarm.acknowledged_by && <Asking owner="notifier" label="Acknowledge" send={() => ask("acknowledge", { key }, "")} />}
      {alarm.active && alarm.kind === "warning" && mayAsk.value && <Shelve of={key} />}
    </div>
  );
}

/** Shown, and told to nobody, for a while. */
function Shelve({ of: key }: { of: string }) {
  const [reason, setReason] = useState("");
  const span = useSpan(120);
  return (
    <Form title="Shelve">
      <SpanFields of={span} />
      <Text label="Reason, for the records" value={reason} set={setReason} />
      <Asking owner="notifier" label={`Shelve ${span.words}`} send={() => ask("shelve", { key, minutes: span.minutes() }, reason)} disabled={span.wrong} />
    </Form>
  );
}
