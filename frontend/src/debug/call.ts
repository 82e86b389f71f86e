// One call of the debug listener: the answer in words, and as `result` what went over the wire.

import type { Answer } from "../ask/ask";
import { problemOf } from "../ask/problem";
import { moment } from "../words";

const ANSWER_MS = 12_000; // a debug call waits 5 s for the controller

/** Never throws: no answer is an answer. */
export async function call(method: string, path: string, body: object | null): Promise<Answer> {
  const sent = `${method} /api/debug/${path}\n${pretty(body)}`;
  try {
    const options = { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS) };
    const answer = await fetch(`/api/debug/${path}`, options);
    const problem = answer.ok ? null : await problemOf(answer.clone());
    const received = readable(await answer.text());
    const until = /^ {2}"until_at": ([\d.]+)/m.exec(received)?.[1];
    const words = problem?.words ?? (until ? `Done, until ${moment(Number(until), true)}.` : "Done.");
    return { state: answer.ok ? "done" : "refused", words, result: `${sent}\n\n${answer.status}\n${received}` };
  } catch (error) {
    return { state: "unanswered", words: "No answer: it may have been done.", result: `${sent}\n\n${error}` };
  }
}

/** JSON as a tester reads it; anything else as it is. */
export function readable(text: string): string {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}

function pretty(value: unknown): string {
  return value === null ? "" : JSON.stringify(value, null, 2);
}

/** What a page of ours asks for again and again; null without an answer. */
export async function get<T>(path: string): Promise<T | null> {
  const answer = await fetch(path, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}
