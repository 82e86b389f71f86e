// Who asks, as this listener sees it: asked for at the start, after a login, a logout, and when a login ends.

import { computed, effect, signal } from "@preact/signals";
import { get } from "../get";
import { listenAnew, lostSince } from "../store";
import type { Me } from "../types";
import { problemOf } from "./problem";
import { siteNow } from "./site";

export const me = signal<Me | null>(null); // null: not known yet, or nobody
export const loginAsked = signal<string | null>(null); // why a login is asked for; null: it is not
export const hasEnded = signal(false); // a login of this page is over, and nobody has logged in since
const isKnown = signal(false);

/** Whether a press is sent. True also before it is known who asks: then the site decides. */
export const mayAsk = computed(() => !isKnown.value || me.value?.role === "operator");

const ANSWER_MS = 5000;
const LONGEST_TIMER_MS = 2 ** 31 - 1; // a longer one would fire at once
let timer: ReturnType<typeof setTimeout> | undefined;

/** Keep `me` true for as long as the page is open. */
export function followMe(): void {
  effect(() => {
    if (lostSince.value === null) void load();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void load();
  });
}

/** Ask who this is. Without an answer it stays as it was. */
export async function load(): Promise<void> {
  const answer = await get<Me>("/api/v1/me");
  if (answer.found !== null) become(answer.found);
  else if (answer.status === 401) {
    become(null);
    loginAsked.value ??= "Only who is known may look here.";
  }
}

/** Log in. Returns what was wrong, in words; "" when it is done. */
export async function logIn(name: string, password: string): Promise<string> {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/api/v1/login", {
      method: "POST",
      headers,
      body: JSON.stringify({ name, password }),
      signal: AbortSignal.timeout(2 * ANSWER_MS),
    });
    if (!answer.ok) return (await problemOf(answer)).words;
    become((await answer.json()) as Me);
    loginAsked.value = null;
    return "";
  } catch {
    return "No answer from the site's computer. Nobody was logged in here.";
  }
}

/** Log out. Where only who is known may look, on to the form. Returns what was wrong, in words. */
export async function logOut(): Promise<string> {
  try {
    const answer = await fetch("/api/v1/logout", { method: "POST", headers: csrf(), signal: AbortSignal.timeout(ANSWER_MS) });
    if (!answer.ok && answer.status !== 403) return (await problemOf(answer)).words;
    await load();
    if (answer.ok) hasEnded.value = false;
    if (me.value === null) location.assign("/login");
    return answer.ok ? "" : "The login of this browser has changed. Log out again.";
  } catch {
    return "No answer from the site's computer. The login still stands.";
  }
}

/** What a writing request carries so that it is known to come from this page. */
export function csrf(): Record<string, string> {
  return me.value?.csrf ? { "X-CSRF-Token": me.value.csrf } : {};
}

function become(next: Me | null): void {
  hasEnded.value = next?.how === "session" ? false : hasEnded.value || me.value?.how === "session";
  const isAnother = isKnown.value && (me.value?.name !== next?.name || me.value?.how !== next?.how);
  me.value = next;
  isKnown.value = true;
  if (isAnother) listenAnew(); // who is known is told by name who did what, others are not
  clearTimeout(timer);
  if (next?.until_at == null) return;
  const leftMs = (next.until_at - (siteNow() ?? Date.now() / 1000)) * 1000;
  timer = setTimeout(() => void load(), Math.min(Math.max(leftMs, 0) + 1000, LONGEST_TIMER_MS));
}
