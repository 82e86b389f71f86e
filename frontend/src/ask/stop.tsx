import { useEffect, useRef, useState } from "preact/hooks";
import { Mark } from "../parts";
import { feed, lostSince } from "../store";
import { ask } from "./ask";
import { Said, askToLogIn, useAsking } from "./asking";
import { Text } from "./fields";
import { mayAsk } from "./me";

const HELD_MS = 2000;
const LATE_MS = 3000;

/** Held for two seconds by finger, mouse, Space or Enter; let go before, and nothing is asked. */
export function EmergencyStop() {
  const [reason, setReason] = useState("");
  const { answer, waits, press } = useAsking(() => ask("stop", {}, reason));
  const { isHeld, letGo, handlers } = useHolding(() => void press(), waits);
  const isSlow = useLateness(waits);
  const failed = answer !== null && answer.state !== "done";
  return (
    <section class="stop" aria-labelledby="stop-title">
      <h2 id="stop-title">Emergency stop</h2>
      <p id="stop-does">Takes the whole site off. It stays off until a person resets it.</p>
      <Text label="Reason, if there is time" value={reason} set={setReason} />
      {mayAsk.value ? (
        <button
          type="button"
          class={isHeld ? "hold is-held" : "hold"}
          aria-disabled={waits}
          aria-describedby="stop-does"
          {...handlers}
        >
          <Ring />
          {isHeld ? "Keep holding" : "Hold for 2 s to stop the site"}
        </button>
      ) : (
        <button type="button" class="hold" onClick={() => askToLogIn("stop the site")}>
          Log in to stop the site
        </button>
      )}
      <Said answer={answer} waits={waits} waiting="Stop asked, waiting for the controller." />
      {answer?.state === "done" && feed.value?.control !== "observe" && (
        <p>All load goes off now: watch it above until nothing is on.</p>
      )}
      <p class="detail" role="status">
        {letGo && !waits && answer === null && "Let go too early: nothing was asked. Hold it for 2 s."}
      </p>
      {(failed || isSlow || lostSince.value !== null) && <Otherwise />}
    </section>
  );
}

/** What a person does when this page does not stop the site. */
function Otherwise() {
  return (
    <p class="otherwise tone-bad">
      <Mark tone="bad" />
      <span>
        <strong>Do not wait for this page.</strong> Open the site's main breaker, or run <code>mine stop</code> on the site's own
        computer: it needs neither this page nor the broker.
      </span>
    </p>
  );
}

/** A ring that fills while it is held. */
function Ring() {
  return (
    <svg class="ring" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8" />
      <circle class="filled" cx="10" cy="10" r="8" pathLength="1" />
    </svg>
  );
}

/** True from three seconds of waiting on: whoever needs a stop must not wait to learn that none may come. */
function useLateness(waits: boolean): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    const timer = waits ? setTimeout(() => setLate(true), LATE_MS) : undefined;
    return () => clearTimeout(timer);
  }, [waits]);
  return isLate;
}

/** Calls `done` after a hold that was never interrupted. A click, and what an assistant clicks, is no hold. */
function useHolding(done: () => void, blocked: boolean) {
  const [isHeld, setHeld] = useState(false);
  const [letGo, setLetGo] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const finish = useRef(done);
  finish.current = done;
  const begin = () => {
    if (blocked || timer.current !== undefined) return;
    setHeld(true);
    setLetGo(false);
    timer.current = setTimeout(() => {
      end(false);
      finish.current();
    }, HELD_MS);
  };
  const end = (early = true) => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
    setHeld(false);
    setLetGo(early);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const isKey = (event: KeyboardEvent) => event.key === " " || event.key === "Enter";
  const handlers = {
    onPointerDown: (event: PointerEvent) => event.button === 0 && begin(),
    onPointerUp: () => end(),
    onPointerLeave: () => end(),
    onPointerCancel: () => end(),
    onBlur: () => end(),
    onKeyDown: (event: KeyboardEvent) => isKey(event) && (event.preventDefault(), event.repeat || begin()),
    onKeyUp: (event: KeyboardEvent) => isKey(event) && end(),
    onClick: () => timer.current === undefined && !isHeld && !blocked && setLetGo(true),
    onContextMenu: (event: Event) => event.preventDefault(), // a long touch would open it
  };
  return { isHeld, letGo, handlers };
}
