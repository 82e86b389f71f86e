// The simulated site: what it is made to do, and its faults. Only where the api says that the site is one.

import { useEffect, useState } from "preact/hooks";
import { Asking } from "../ask/asking";
import { get } from "../get";
import { Panel } from "../parts";
import { number } from "../words";
import { call } from "./call";
import { Form } from "./form";

interface Plant {
  speed: number;
  signal: { level: string };
  temperatures_c: Record<string, number>;
  switches: Record<string, "open" | "closed">;
  faults: Record<string, number | string>;
}

interface Known {
  devices: Record<string, string[]>;
}

const EVERY_MS = 1000;
const PATH = "simulated/";

export function Simulated() {
  const { plant, known } = useSite();
  const { speed, signal, temperatures_c, switches, faults } = plant ?? {};
  return (
    <Panel
      title="The simulated site"
      note={plant ? `${number(speed ?? null)} times the speed of life; the utility says ${signal?.level}` : "no answer"}
    >
      <Life outside={number(temperatures_c?.outside ?? null)} />
      <Contacts switches={switches ?? {}} />
      {known && <Faults known={known} />}
      {faults && <InForce faults={faults} />}
    </Panel>
  );
}

function useSite(): { plant: Plant | null; known: Known | null } {
  const [plant, setPlant] = useState<Plant | null>(null);
  const [known, setKnown] = useState<Known | null>(null);
  useEffect(() => {
    void get<Known>(`/api/debug/${PATH}faults`).then(({ found }) => setKnown(found));
    const timer = setInterval(() => void get<Plant>(`/api/debug/${PATH}state`).then(({ found }) => setPlant(found)), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return { plant, known };
}

/** Signal, speed and weather. */
function Life({ outside }: { outside: string }) {
  return (
    <>
      <Form
        path={`${PATH}signal`}
        label="Set signal"
        controls={[
          { name: "level", label: "The utility says", of: ["normal", "watch", "alert", "control", "emergency", "unknown"] },
          { name: "target_kw", label: "Target, kW", min: 0, max: 100_000 },
        ]}
      />
      <Form
        path={`${PATH}speed`}
        label="Set speed"
        controls={[{ name: "speed", label: "Times the speed of life", min: 0.1, max: 1000, value: 10, required: true }]}
      />
      <Form
        path={`${PATH}outside`}
        label="Set weather"
        controls={[{ name: "celsius", label: "Outside, °C", min: -50, max: 60, hint: outside, required: true }]}
      />
    </>
  );
}

function Contacts({ switches }: { switches: Plant["switches"] }) {
  const names = Object.entries(switches).map(([name, is]): [string, string] => [name, `${name}, ${is}`]);
  return (
    <Form
      path={`${PATH}switch`}
      label="Set contact"
      body={(wish) => ({ ...wish, closed: wish.closed === "closed" })}
      controls={[
        { name: "name", label: "Smoke and other contacts", of: names },
        { name: "closed", label: "Is", of: ["closed", "open"] },
      ]}
    />
  );
}

function Faults({ known }: { known: Known }) {
  const [device, setDevice] = useState("");
  return (
    <Form
      path={`${PATH}fault`}
      label="Begin fault"
      controls={[
        { name: "device", label: "Device", hint: "pdu-1, fan:3", list: "devices", required: true, set: setDevice },
        { name: "kind", label: "Fault", of: known.devices[device] ?? [] },
        { name: "value", label: "Seconds, or sensor number", min: 0 },
      ]}
    >
      <datalist id="devices">
        {Object.keys(known.devices).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
    </Form>
  );
}

/** What is in force, as `fan:3/lie`. */
function InForce({ faults }: { faults: Plant["faults"] }) {
  const names = Object.keys(faults);
  return (
    <>
      <h3>Faults in force: {names.length}</h3>
      <ul class="leases" aria-label="Faults in force">
        {names.map((name) => {
          const [, device = "", kind = ""] = /(.*)\/(.*)/.exec(name) ?? [];
          return (
            <li key={name}>
              {kind} of {device} ({faults[name]})
              <Asking
                label={`Clear ${kind}`}
                send={() => call("DELETE", `${PATH}fault?${new URLSearchParams({ device, kind })}`, null)}
              />
            </li>
          );
        })}
      </ul>
    </>
  );
}
