import { Badge, Panel, Table, gravest, isSilent } from "../parts";
import { grown, sinceFeedS } from "../store";
import type { Dashboard, DeviceTile, Drill, HealthState, Tone } from "../types";
import { duration, moment, number, plural, words } from "../words";

const HEALTH: Record<HealthState, Tone> = { ok: "good", starting: "unknown", lost: "bad", not_configured: "good" };

interface Known {
  one: DeviceTile;
  drill: Drill | undefined;
  tone: Tone;
  silent: boolean; // its owner says nothing: nothing is known of it
}

/** In one line what answers; in full what does not; every device and its last drill on opening. */
export function Devices({ feed }: { feed: Dashboard }) {
  const known = feed.devices.map((one) => judged(one, feed));
  const wrong = known.filter((device) => device.tone !== "good");
  return (
    <Panel title="Devices" tone={gravest(known.map((device) => device.tone))}>
      {known.length === 0 && <p class="calm">No device has been reported.</p>}
      <Answering devices={known.filter((device) => device.tone === "good")} />
      <Rows label="Devices that do not answer" devices={wrong} />
      <Drills drills={feed.drills} />
      {known.length > wrong.length && (
        <details>
          <summary>All {known.length} devices</summary>
          <Rows label="All devices" devices={known} />
        </details>
      )}
    </Panel>
  );
}

function judged(one: DeviceTile, feed: Dashboard): Known {
  const silent = isSilent(feed, one.owner);
  return {
    one,
    drill: feed.drills.find((drill) => drill.device === one.name),
    tone: silent ? "unknown" : HEALTH[one.state],
    silent,
  };
}

function Answering({ devices }: { devices: Known[] }) {
  const answering = devices.filter(({ one }) => one.state === "ok");
  if (answering.length === 0) return null;
  const ages = answering.flatMap(({ one }) => (one.age_s === null ? [] : [one.age_s + sinceFeedS.value]));
  const oldest = ages.length > 0 ? `, oldest answer ${duration(Math.max(...ages))}` : "";
  const unused = devices.length - answering.length;
  return (
    <p>
      <b>{plural(answering.length, "device")}</b> {answering.length === 1 ? "answers" : "answer"}
      {oldest}.{unused > 0 && ` ${unused} not configured.`}
    </p>
  );
}

/** Once for all: which were never drilled, and which drill proved nothing. */
function Drills({ drills }: { drills: Drill[] }) {
  const never = drills.filter((drill) => drill.at === null);
  const failed = drills.filter((drill) => drill.at !== null && !drill.proven);
  return (
    <>
      {failed.map((drill) => (
        <p key={drill.device}>
          <Badge tone="warning">{drill.device}</Badge> {drilled(drill)}
        </p>
      ))}
      {never.length > 0 && (
        <details>
          <summary>{plural(never.length, "device")} never drilled</summary>
          <p class="calm">{never.map((drill) => drill.device).join(", ")}</p>
        </details>
      )}
    </>
  );
}

function Rows({ label, devices }: { label: string; devices: Known[] }) {
  return (
    <Table label={label} head={["Device", "State", "Last answer"]}>
      {devices.map((device) => (
        <Row key={device.one.name} {...device} />
      ))}
    </Table>
  );
}

function Row({ one, drill, tone, silent }: Known) {
  const age = grown(one.age_s);
  return (
    <tr class={`tone-${tone}`}>
      <th scope="row">
        {one.name} <span class="age">{words(one.kind)}</span>
        {!silent && one.state !== "ok" && one.reason && <span class="detail">{one.reason}</span>}
        {drill?.at != null && <span class="detail">{drilled(drill)}</span>}
      </th>
      <td>
        <Badge tone={tone}>{silent ? `unknown: ${one.owner} is silent` : words(one.state)}</Badge>
        {one.lost_since_at !== null && <span class="age"> since {moment(one.lost_since_at)}</span>}
      </td>
      <td class="age">{age === null ? "never" : duration(age)}</td>
    </tr>
  );
}

function drilled(drill: Drill): string {
  const after = drill.seconds === null ? "" : ` in ${number(drill.seconds)} s`;
  return `drilled ${moment(drill.at)}, ${drill.proven ? `proven${after}` : "not proven"}`;
}
