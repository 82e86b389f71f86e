import { useEffect, useRef, useState } from "preact/hooks";
import { moment } from "../words";
import { followMe, hasEnded, logIn, logOut, loginAsked, me } from "./me";
import "../style/ask.css";

/** Who is logged in, log in, log out: in the head of every page. Nothing where nobody needs a login. */
export function Login() {
  useEffect(followMe, []);
  const [wrong, setWrong] = useState("");
  const { how, name = "", role = "", until_at } = me.value ?? {};
  if (how === "local" || how === "token") return null;
  return (
    <div class="login">
      {how === "session" ? (
        <>
          <span>
            {name === role ? name : `${name}, ${role}`}
            <span class="until">, until {moment(until_at ?? null)}</span>
          </span>
          <button type="button" class="ask" onClick={async () => setWrong(await logOut())}>
            Log out
          </button>
        </>
      ) : (
        <>
          <span role="status">{hasEnded.value && "Your login has ended."}</span>
          <button type="button" class="ask" onClick={() => (loginAsked.value = "")}>
            {hasEnded.value ? "Log in again" : "Log in"}
          </button>
        </>
      )}
      {wrong && <span role="alert">{wrong}</span>}
      <Dialog />
    </div>
  );
}

/** Name and password, over the page; it goes on where it was. */
function Dialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const why = loginAsked.value;
  useEffect(() => {
    if (why === null) dialog.current?.close();
    else if (!dialog.current?.open) dialog.current?.showModal();
  }, [why]);
  return (
    <dialog ref={dialog} class="log-in" aria-labelledby="log-in-title" onClose={() => (loginAsked.value = null)}>
      {why !== null && <Credentials why={why} />}
    </dialog>
  );
}

function Credentials({ why }: { why: string }) {
  const [said, setSaid] = useState("");
  const [waits, setWaits] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (waits) return;
    const given = new FormData(event.currentTarget as HTMLFormElement);
    setWaits(true);
    setSaid("");
    setSaid(await logIn(String(given.get("name")), String(given.get("password"))));
    setWaits(false);
  };
  return (
    <form class="fields" onSubmit={submit}>
      <h2 id="log-in-title">Log in</h2>
      {why && <p>{why}</p>}
      <p class="field">
        <label for="log-in-name">Name</label>
        <input id="log-in-name" name="name" autocomplete="username" autocapitalize="none" required maxLength={100} />
      </p>
      <p class="field">
        <label for="log-in-password">Password</label>
        <input id="log-in-password" name="password" type="password" autocomplete="current-password" required maxLength={1000} />
      </p>
      <p class="beside">
        <button type="submit" class="ask" aria-disabled={waits}>
          Log in
        </button>
        <button type="button" class="ask" onClick={() => (loginAsked.value = null)}>
          Cancel
        </button>
      </p>
      <p class="said" role="alert">
        {waits ? "" : said}
      </p>
    </form>
  );
}
