// The live view of the bus, and the answers of one device as they came.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Badge, Panel, Table } from "../parts";
import type { Dashboard } from "../types";
import { moment, plural } from "../words";
import { type Heard, type Numbered, useBus } from "./bus";
import { readable } from "./call";
import { Field, Form } from "./form";
import { Leases } from "./leases";

const MOST = 500;
const MOST_RAW = 20;
const ENVELOPE = /"schema":.*"host_boot":"[^"]*",/;

/** One line each, newest first; what it holds on opening. */
export function Bus() {
  const [paused, setPaused] = useState(false);
  const [prefix, setPrefix] = useState("");
  const [text, setText] = useState("");
  const heard = useBus(!paused, prefix, text, MOST);
  return (
    <Panel title="Messages on the bus" note={plural(heard.rows.length, "line")}>
      <div class="bench line">
        <Field
          of={{ name: "topic", label: "Topic begins with", hint: "reading/", set: (written) => setPrefix(written.trim()) }}
        />
        <Field of={{ name: "text", label: "Text in it", set: setText }} />
        <button class="ask" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? "Go on" : "Pause"}
        </button>
        <Listening heard={heard} paused={paused} />
      </div>
      <div class="bus">
        <Table label="Messages, newest first" head={["Received", "Topic", "Payload"]}>
          {heard.rows.map(line)}
        </Table>
      </div>
    </Panel>
  );
}

function Listening({ heard, paused }: { heard: Heard; paused: boolean }) {
  if (paused) return <Badge tone="unknown">Paused: nothing is kept</Badge>;
  if (!heard.live) return <Badge tone="unknown">Connecting; 4 pages at most</Badge>;
  return heard.dropped > 0 ? (
    <Badge tone="warning">Live; too slow, {plural(heard.dropped, "message")} lost</Badge>
  ) : (
    <Badge tone="good">Live</Badge>
  );
}

const drawn = new WeakMap<Numbered, VNode>();

/** Drawn once: what came does not change, and 500 lines are not compared at every frame. */
function line(one: Numbered): VNode {
  const known = drawn.get(one) ?? <Line key={one.n} one={one} />;
  drawn.set(one, known);
  return known;
}

function Line({ one }: { one: Numbered }) {
  const [open, setOpen] = useState(false);
  const marks = [one.retained && "retained", one.late && "late", one.cut && `cut, ${one.bytes} bytes`].filter(Boolean).join(", ");
  return (
    <tr>
      <td class="count">{moment(one.received_at, true)}</td>
      <td class="topic">
        {one.topic.split("/").slice(3).join("/")}
        {marks && <span class="detail">{marks}</span>}
      </td>
      <td>
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{one.payload.replace(ENVELOPE, "").slice(0, 160)}</summary>
          {open && <pre>{readable(one.payload)}</pre>}
        </details>
      </td>
    </tr>
  );
}

/** What a device answered, letter by letter, while a raw lease of it runs. */
export function RawAnswers({ feed }: { feed: Dashboard }) {
  const [device, setDevice] = useState(feed.devices[0]?.name ?? "");
  const isHeld = feed.leases.some((lease) => lease.kind === "raw");
  const heard = useBus(isHeld, `raw/${device.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "_")}`, "", MOST_RAW);
  return (
    <Panel title="Device answers, raw">
      <Form
        path="raw"
        label="Ask for raw answers"
        controls={[
          { name: "device", label: "Device", of: feed.devices.map((one) => one.name), value: device, set: setDevice },
          { name: "minutes", label: "Minutes", min: 1, max: 60, value: 5, required: true },
        ]}
      />
      <Leases feed={feed} kind="raw" />
      <ol class="raw">
        {heard.rows.map((one) => (
          <li key={one.n}>
            <time>{moment(one.received_at, true)}</time>
            <pre tabIndex={0}>{textOf(one)}</pre>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function textOf(one: Numbered): string {
  try {
    return (JSON.parse(one.payload) as { text: string }).text;
  } catch {
    return one.payload;
  }
}
