import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface TextProps {
  label: string;
  value: string;
  set: (value: string) => void;
  number?: boolean;
  offered?: string[]; // to choose from; anything else may be written
}

/** A field with its label. */
export function Text({ label, value, set, number, offered }: TextProps) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type={number ? "number" : "text"}
        min={number ? 0 : undefined}
        maxLength={200}
        autocomplete="off"
        list={offered && `${id}-list`}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
      {offered && (
        <datalist id={`${id}-list`}>
          {offered.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </p>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  set: (value: string) => void;
  from: string[];
}

/** One of several. */
export function Choice({ label, value, set, from }: ChoiceProps) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {from.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </p>
  );
}

/** Yes or no. */
export function Tick({ label, value, set }: { label: string; value: boolean; set: (value: boolean) => void }) {
  return (
    <label class="tick">
      <input type="checkbox" checked={value} onChange={(event) => set(event.currentTarget.checked)} /> {label}
    </label>
  );
}

/** A form that is shut until it is wanted. */
export function Foldout({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <details class="form">
      <summary>{title}</summary>
      <div class="fields">{children}</div>
    </details>
  );
}
