// A form of the debug page: it waits for the answer, says it in words, and shows what went out and came back.

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Said, useAsking } from "../ask/asking";
import { call } from "./call";

/** A control: one of several (`of`), a number (from `min` to `max`), or text. What is left empty is not sent. */
export interface Control {
  name: string;
  label: string;
  of?: (string | [string, string])[]; // values, or values with their words
  min?: number;
  max?: number;
  value?: string | number;
  hint?: string;
  required?: boolean;
  list?: string;
  set?: (value: string) => void;
}

interface FormProps {
  path: string; // below /api/debug/
  label: string; // of what is asked for, on the button
  controls: Control[];
  body?: (wish: Wish, form: FormData) => Wish; // where it is not the controls by their names
  release?: Wish; // gives back what the form holds
  lasting?: boolean; // it holds for minutes, and is recorded with its reason
  children?: ComponentChildren;
}

/** What is asked for, by the names of the controls. */
export type Wish = Record<string, unknown>;

const REASON: Control = { name: "reason", label: "Reason" };
const LASTING: Control[] = [{ name: "minutes", label: "Minutes", min: 0.1, max: 1440, value: 30, required: true }, REASON];

export function Form({ path, label, controls, body = (wish) => wish, release, lasting, children }: FormProps) {
  const all = lasting ? [...controls, ...LASTING] : controls;
  const wish = useRef<Wish>({});
  const asking = useAsking(() => call("POST", path, wish.current));

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const isRelease = (event.submitter as HTMLButtonElement | null)?.value === "release";
    wish.current = isRelease ? { ...release, ...written([REASON], form) } : body(written(all, form), form);
    void asking.press();
  }

  return (
    <form class="bench" onSubmit={submit} aria-label={label}>
      {children}
      {all.map((one) => (
        <Field key={one.name} of={one} />
      ))}
      <p class="buttons">
        <button class="ask">{label}</button>
        {release && (
          <button class="ask" value="release" formNoValidate>
            Release
          </button>
        )}
      </p>
      <Said {...asking} waiting="Waiting for the answer." />
      {asking.answer && (
        <details>
          <summary>JSON sent and received</summary>
          <pre tabIndex={0}>{String(asking.answer.result)}</pre>
        </details>
      )}
    </form>
  );
}

export function Field({ of: { name, label, of, min, max, value, hint, required, list, set } }: { of: Control }) {
  const told = {
    name,
    required,
    placeholder: hint,
    onInput: (event: Event) => set?.((event.currentTarget as HTMLInputElement).value),
  };
  return (
    <label class="field">
      <span>{label}</span>
      {of ? (
        <select {...told}>
          {of.map((one) => {
            const [key, words = key] = [one].flat();
            return (
              <option key={key} value={key} selected={key === value}>
                {words}
              </option>
            );
          })}
        </select>
      ) : (
        <input
          {...told}
          list={list}
          type={min === undefined ? "text" : "number"}
          min={min}
          max={max}
          step="any"
          defaultValue={value}
        />
      )}
    </label>
  );
}

function written(controls: Control[], form: FormData): Wish {
  const wish: Wish = {};
  for (const { name, min } of controls) {
    const text = String(form.get(name) ?? "").trim();
    if (text) wish[name] = min === undefined ? text : Number(text);
  }
  return wish;
}
