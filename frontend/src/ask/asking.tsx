import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Mark } from "../parts";
import "../style/ask.css";
import type { Tone } from "../types";
import type { Answer } from "./ask";
import { loginAsked, mayAsk, me } from "./me";

interface AskingProps {
  label: string;
  send: () => Promise<Answer>;
  danger?: boolean;
  disabled?: string | undefined; // why it cannot be asked now
  owner?: string; // who answers
  children?: ComponentChildren;
}

const TONES: Record<Answer["state"], Tone> = { done: "good", refused: "warning", expired: "warning", unanswered: "unknown" };

/** A button that waits for the answer and shows it in words until it is pressed again. Who may not ask is led to the login. */
export function Asking({ label, send, danger, disabled, owner, children }: AskingProps) {
  const { answer, waits, press } = useAsking(send);
  const id = useId();
  const why = mayAsk.value ? disabled : undefined;
  const blocked = waits || why !== undefined;
  const led = () => (mayAsk.value ? !blocked && press() : askToLogIn(label));
  return (
    <div class="asking">
      {children}
      <button type="button" class={danger ? "ask is-danger" : "ask"} aria-disabled={blocked} aria-describedby={why ? id : undefined} onClick={led}>
        {mayAsk.value ? label : `Log in to ${lower(label)}`}
      </button>
      {why && !waits && (
        <p class="detail" id={id}>
          {why}
        </p>
      )}
      <Said answer={answer} waits={waits} waiting={`Asked, waiting for the ${owner ?? "controller"}.`} />
    </div>
  );
}

/** One press at a time, and what came of the last. */
export function useAsking(send: () => Promise<Answer>) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [waits, setWaits] = useState(false);
  const isUnderWay = useRef(false); // set at once, while what is drawn follows later
  const press = async () => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    setWaits(true);
    setAnswer(null);
    setAnswer(await send());
    setWaits(false);
    isUnderWay.current = false;
  };
  return { answer, waits, press };
}

/** The answer in words with its mark, also for who does not see it. */
export function Said({ answer, waits, waiting }: { answer: Answer | null; waits: boolean; waiting: string }) {
  return (
    <p class={`said${answer ? ` tone-${TONES[answer.state]}` : ""}`} role="status">
      {waits && waiting}
      {answer && (
        <>
          <Mark tone={TONES[answer.state]} />
          <span>{answer.words}</span>
        </>
      )}
    </p>
  );
}

/** Open the login with the reason why. */
export function askToLogIn(label: string): void {
  const { name = "", role = "", how = "" } = me.value ?? {};
  const who = role === "viewer" && how !== "free view" ? `${name} may look, and ask for nothing. ` : "";
  loginAsked.value = `${who}Log in as an operator to ${lower(label)}.`;
}

function lower(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}
