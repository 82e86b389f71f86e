// Asking for something, and waiting for the owner's answer: never for hope.

import type { AskedRequest } from "../types";
import { moment } from "../words";
import { csrf, load, loginAsked, me } from "./me";
import { type Problem, problemOf, sentence } from "./problem";
import { siteClockTrusted, siteNow } from "./site";
import { yes } from "./yes";

/** What came of a request. `words` are the owner's, to be shown as they are; `result` is what was made, such as a lease. */
export interface Answer {
  state: "done" | "refused" | "expired" | "unanswered";
  words: string;
  result: unknown;
}

const BEGUN_WITHIN_S = 15; // from the press; later than that nobody begins it
const SILENT_MS = 8000; // so long without any answer, and it is told that there is none
const SILENT_STOP_MS = 12_000; // the api tries two ways, one after the other
const LOOK_MS = 300;
const FATES = new Set(["waiting", "done", "refused", "expired"]);

type Heard = { request: AskedRequest; place: string | null } | { status: number; problem: Problem };

/** What is known of one press. */
interface Press {
  verb: string;
  options: RequestInit;
  untilAt: number | null; // by the site's clock; null: no end can be promised
  heardMs: number;
  wasLost: boolean; // a sending had no answer: it may have arrived
  place: string | null; // where the answer will stand
}

/**
 * Ask by `POST /api/v1/requests/<verb>` and watch its place until it is answered. A lost answer is asked for again under the
 * same key, so that nothing is done twice. Never throws: no answer is an answer.
 */
export async function ask(verb: string, payload: object, reason: string): Promise<Answer> {
  const press = pressed(verb, JSON.stringify({ reason, payload }));
  for (;;) {
    const answer = await heard(press);
    const known = answer === null ? silence(press) : await told(answer, press);
    if (known !== null) return known;
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
  }
}

function pressed(verb: string, body: string): Press {
  const now = siteNow();
  // A stop is carried out whenever it arrives.
  const untilAt = verb === "stop" || now === null ? null : Math.floor(now + BEGUN_WITHIN_S);
  const headers = {
    "Content-Type": "application/json",
    "Idempotency-Key": newKey(),
    ...(untilAt === null ? {} : { "X-Until-At": String(untilAt) }),
    ...csrf(),
  };
  return {
    verb,
    options: { method: "POST", headers, body, priority: "high" },
    untilAt,
    heardMs: performance.now(),
    wasLost: false,
    place: null,
  };
}

/** crypto.randomUUID is there in secure contexts only, and a site's own network speaks plain HTTP. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The next answer of the site; null for none, or for one that is not the site's. */
async function heard(press: Press): Promise<Heard | null> {
  const leftMs = press.heardMs + silentMs(press) - performance.now();
  const signal = AbortSignal.timeout(Math.max(leftMs, 1));
  try {
    const sent =
      press.place === null
        ? fetch(`/api/v1/requests/${press.verb}`, { ...press.options, signal })
        : fetch(press.place, { cache: "no-store", signal });
    const answer = await sent;
    const found: Heard = answer.ok
      ? { request: (await answer.json()) as AskedRequest, place: answer.headers.get("Location") }
      : { status: answer.status, problem: await problemOf(answer) };
    if ("request" in found && !FATES.has(found.request.state)) throw new Error("no answer of ours");
    press.heardMs = performance.now();
    return found;
  } catch {
    press.wasLost ||= press.place === null;
    return null;
  }
}

function silentMs(press: Press): number {
  return press.verb === "stop" ? SILENT_STOP_MS : SILENT_MS;
}

function silence(press: Press): Answer | null {
  return performance.now() - press.heardMs < silentMs(press) ? null : unanswered("No answer.", press);
}

/** What an answer means; null: look again. */
async function told(found: Heard, press: Press): Promise<Answer | null> {
  if ("request" in found) return ofRequest(found.request, found.place, press);
  const { status, problem } = found;
  if (press.place === null) return ofProblem(status, problem, press);
  if (status === 404) press.place = null; // the api was started anew: it knows the request by its key
  if (status === 404 || status === 429 || status >= 500) return null;
  loginAsked.value = "The login ended before the answer came.";
  return unanswered("The login ended before the answer came.", press);
}

function ofRequest({ id, state, reason, result, expires_at }: AskedRequest, place: string | null, press: Press): Answer | null {
  if (state === "waiting") {
    press.place ??= place ?? `/api/v1/requests/${id}`;
    press.untilAt = press.verb === "stop" ? null : Math.ceil(expires_at);
    return null;
  }
  if (state === "expired") return { state, words: "Nobody answered in its time, and nobody begins it any more.", result };
  if (state === "refused") return refusal(`Refused. ${sentence(reason)}`);
  return { state, words: yes(press.verb, reason, result), result };
}

async function ofProblem(status: number, { kind, words }: Problem, press: Press): Promise<Answer> {
  if (status === 401 || kind === "no-csrf") await load();
  if (status === 401) loginAsked.value = "Nobody is logged in here.";
  const mayHaveBegun = status >= 500 && status !== 503;
  if (mayHaveBegun) return unanswered(words, press);
  if (press.wasLost && kind !== "refused") return unanswered(`No answer at first, then: ${words}`, press);
  if (status === 401) return refusal("Not asked: nobody is logged in. Log in, then ask again.");
  if (kind === "no-csrf")
    return refusal(`Not asked: the login of this browser has changed, to ${me.value?.name ?? "nobody"}. Ask again.`);
  return refusal(`Refused. ${words}`);
}

function refusal(words: string): Answer {
  return { state: "refused", words, result: null };
}

/** No answer is known; until when it may be begun all the same. */
function unanswered(words: string, { untilAt }: Press): Answer {
  const now = siteNow();
  const look = "The state of the site will show it.";
  if (untilAt === null || now === null || !siteClockTrusted())
    return {
      state: "unanswered",
      words: `${words} It may still be carried out when the site answers again. ${look}`,
      result: null,
    };
  const until =
    untilAt > now
      ? `It may still be carried out until ${moment(untilAt, true)}.`
      : "Whether it was carried out is not known; it will not be any more.";
  return { state: "unanswered", words: `${words} ${until} ${look}`, result: null };
}
