// Every function of the debug calls with real controls. Nothing here decides anything: the controller may refuse it.

import { EmergencyStop } from "../ask/actions";
import { Panel } from "../parts";
import type { Dashboard } from "../types";
import { airOf } from "../units";
import { Form, type Wish } from "./form";
import { Leases } from "./leases";

/** The panels that force something, each with what it holds. */
export function Forms({ feed }: { feed: Dashboard }) {
  return (
    <>
      <EmergencyStop />
      <ForceSignal feed={feed} />
      <ForceMiners feed={feed} />
      <ForceFans feed={feed} />
      <ForceTemperature feed={feed} />
      <RawState feed={feed} />
    </>
  );
}

function ForceSignal({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Force the power signal" past={feed.state_stale}>
      <Form
        path="power-signal"
        label="Force signal"
        lasting
        release={{ level: null }}
        controls={[
          { name: "level", label: "Level", of: ["curtail", "emergency", "normal"] },
          { name: "target_kw", label: "Target, kW", min: 0, max: 100_000, hint: "as configured" },
        ]}
      />
      <Leases feed={feed} kind="power_signal" />
    </Panel>
  );
}

function ForceMiners({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Force miners" past={feed.state_stale}>
      <Form
        path="miners"
        label="Force miners"
        lasting
        body={members}
        controls={[
          { name: "action", label: "Action", of: ["sleep", "wake", "release"] },
          { name: "names", label: "Single miners", hint: "A-01-01, A-01-02" },
        ]}
      >
        <Groups names={["all", ...feed.groups.map((group) => group.name)]} />
      </Form>
      <Leases feed={feed} kind="miners" />
    </Panel>
  );
}

function Groups({ names }: { names: string[] }) {
  return (
    <fieldset>
      <legend>Groups</legend>
      {names.map((name) => (
        <label key={name} class="tick">
          <input type="checkbox" name="group" value={name} />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

/** The ticked groups and the single miners by name. */
function members({ names = "", ...wish }: Wish, form: FormData): Wish {
  const single = String(names)
    .split(/[\s,;]+/)
    .filter(Boolean);
  return { ...wish, members: [...form.getAll("group"), ...single] };
}

function ForceFans({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Force fans" past={feed.state_stale}>
      <Form
        path="fans"
        label="Force single fans"
        lasting
        release={{ stage: null }}
        body={({ minutes, reason, ...wished }) => ({ fans: wished, minutes, reason })}
        controls={feed.fans.map(({ number }) => ({
          name: String(number),
          label: `Fan ${number}`,
          of: [["", "–"], "on", "off", "auto"],
        }))}
      />
      <Form
        path="fans"
        label="Force stage"
        lasting
        release={{ stage: null }}
        controls={[{ name: "stage", label: "Fans that run at least", min: 0, max: 9, value: 9, required: true }]}
      />
      <Leases feed={feed} kind="fans" />
    </Panel>
  );
}

function ForceTemperature({ feed }: { feed: Dashboard }) {
  const sensors = feed.sensors
    .filter((one) => airOf(one.unit) === "temperature")
    .map((one): [string, string] => [one.name, one.label || one.name]);
  return (
    <Panel
      title="Force the temperature"
      past={feed.state_stale}
      note={`trips at ${feed.temperature.emergency_c} °C, and stays tripped`}
    >
      <Form
        path="temperature"
        label="Force temperature"
        lasting
        release={{ celsius: null }}
        controls={[
          { name: "celsius", label: "Temperature, °C", min: -40, max: 120, required: true },
          { name: "sensor", label: "Sensor", of: [["", "all, in every zone"], ...sensors] },
        ]}
      />
      <Leases feed={feed} kind="temperature" />
    </Panel>
  );
}

function RawState({ feed }: { feed: Dashboard }) {
  return (
    <Panel title="Raw state" past={feed.state_stale} note={`phase ${feed.phase ?? "unknown"}; free is a reset`}>
      <Form
        path="raw-state"
        label="Set phase"
        body={(wish) => ({ set: wish })}
        controls={[{ name: "phase", label: "Phase", of: ["free", "starting", "shed", "restoring"] }]}
      />
    </Panel>
  );
}
