import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
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
  about?: string; // what tells it from others of the same label, for who does not see where it stands
  children?: ComponentChildren;
}

const TONES: Record<Answer["state"], Tone> = { done: "good", refused: "warning", expired: "warning", unanswered: "unknown" };

/** A button that waits for the answer and shows it in words until it is pressed again. Who may not ask is led to the login. */
export function Asking({ label, send, danger, disabled, owner, about, children }: AskingProps) {
  const { answer, waits, press } = useAsking(send);
  const id = useId();
  const why = mayAsk.value ? disabled : undefined;
  const blocked = waits || why !== undefined;
  const button = useKeptFocus();
  const shown = mayAsk.value ? label : `Log in to ${lower(label)}`;
  const led = () => (mayAsk.value ? !blocked && press() : askToLogIn(label));
  return (
    <div class="asking">
      {children}
      <button
        ref={button}
        type="button"
        aria-label={about && `${shown}: ${about}`}
        class={danger ? "ask is-danger" : "ask"}
        aria-disabled={blocked}
        aria-describedby={why ? id : undefined}
        onClick={led}
      >
        {shown}
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

/** Where the button goes with what it ended, the focus stays on what it stood in, or on the panel's title. */
function useKeptFocus() {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const own = button.current;
    const places = [own?.closest("li"), own?.closest("section")?.querySelector("h2")];
    return () => document.activeElement === own && setTimeout(() => focusOn(places.find((one) => one?.isConnected)));
  }, []);
  return button;
}

function focusOn(place: HTMLElement | null | undefined): void {
  if (!place || document.activeElement !== document.body) return;
  place.tabIndex = -1;
  place.focus();
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
