import { Panel } from "../parts";
import type { Decision } from "../types";
import { words } from "../words";
import { useFollowed } from "./followed";
import { Silent, What } from "./happened";

type Input = Record<string, unknown>;

/** The last decisions, newest first: why, and by what, with the age each input had. */
export function Decisions() {
  const list = useFollowed<Decision>("/api/v1/decisions?", "decisions", 30);
  return (
    <Panel title="Last decisions">
      <Silent list={list} />
      <ol class="decisions" tabIndex={0} aria-label="Last decisions">
        {list?.map((one) => (
          <li key={one.id}>
            <details>
              <summary>
                <What of={one} />
              </summary>
              <ul class="plain">
                {inputs(one).map((input) => (
                  <li key={input}>{input}</li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function inputs(one: Decision): string[] {
  if (one.inputs === null) return ["not kept"];
  const known = one.inputs as Record<string, Input | Input[]>; // as the controller writes them
  return Object.entries(known).flatMap(([kind, found]) => [found].flat().map((input) => `${words(kind)}: ${told(input)}`));
}

function told({ age_s, ...rest }: Input): string {
  const age = age_s === undefined ? [] : [age_s === null ? "never measured" : `${age_s} s old`];
  return [...Object.entries(rest).map(([name, value]) => `${words(name)} ${value ?? "unknown"}`), ...age].join(", ");
}
