// Every function of the debug calls with real controls. Nothing here decides anything: the controller may refuse it.

import { EmergencyStop } from "../ask/actions";
import { Panel } from "../parts";
import type { Dashboard } from "../types";
import { Form } from "./form";
import { Leases } from "./leases";

/** The panels that force something, each with what it holds. */
export function Forms({ feed }: { feed: Dashboard }) {
  const past = feed.state_stale;
  const fans = feed.fans.map((fan) => String(fan.number));
  const sensors = feed.sensors.filter((one) => one.unit === "Cel").map((one): [string, string] => [one.name, one.label || one.name]);
  return (
    <>
      <EmergencyStop />
      <Panel title="Force the power signal" past={past}>
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
      <Panel title="Force miners" past={past}>
        <Form
          path="miners"
          label="Force miners"
          lasting
          body={({ names = "", ...wish }, form) => ({ ...wish, members: [...form.getAll("group"), ...String(names).split(/[\s,;]+/).filter(Boolean)] })}
          controls={[
            { name: "action", label: "Action", of: ["sleep", "wake", "release"] },
            { name: "names", label: "Single miners", hint: "A-01-01, A-01-02" },
          ]}
        >
          <fieldset>
            <legend>Groups</legend>
            {["all", ...feed.groups.map((group) => group.name)].map((name) => (
              <label key={name} class="tick">
                <input type="checkbox" name="group" value={name} />
                {name}
              </label>
            ))}
          </fieldset>
        </Form>
        <Leases feed={feed} kind="miners" />
      </Panel>
      <Panel title="Force fans" past={past}>
        <Form
          path="fans"
          label="Force single fans"
          lasting
          release={{ stage: null }}
          body={({ minutes, reason, ...wished }) => ({ fans: wished, minutes, reason })}
          controls={fans.map((name) => ({ name, label: `Fan ${name}`, of: [["", "–"], "on", "off", "auto"] }))}
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
      <Panel title="Force the temperature" past={past} note={`trips at ${feed.temperature.emergency_c} °C, and stays tripped`}>
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
      <Panel title="Raw state" past={past} note={`phase ${feed.phase ?? "unknown"}; free is a reset`}>
        <Form path="raw-state" label="Set phase" body={(wish) => ({ set: wish })} controls={[{ name: "phase", label: "Phase", of: ["free", "starting", "shed", "restoring"] }]} />
      </Panel>
    </>
  );
}
