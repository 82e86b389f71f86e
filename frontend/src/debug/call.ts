// One call of the debug listener: the answer in words, and as `result` what went over the wire.

import type { Answer } from "../ask/ask";
import { problemOf, sentence } from "../ask/problem";
import { moment } from "../words";

const ANSWER_MS = 12_000; // a debug call waits 5 s for the controller

/** Never throws: no answer is an answer. */
export async function call(method: string, path: string, body: object | null): Promise<Answer> {
  const sent = `${method} /api/debug/${path}\n${pretty(body)}`;
  try {
    const options = {
      method,
      headers: { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    };
    const answer = await fetch(`/api/debug/${path}`, options);
    const problem = answer.ok ? null : await problemOf(answer.clone());
    const received = await answer.text();
    const words = problem?.words ?? done(received);
    return { state: answer.ok ? "done" : "refused", words, result: `${sent}\n\n${answer.status}\n${readable(received)}` };
  } catch (error) {
    return { state: "unanswered", words: "No answer: it may have been done.", result: `${sent}\n\n${error}` };
  }
}

/** Until when it holds, where the answer is something with an end, and what it does not do. */
function done(text: string): string {
  const told = parsed(text) as { until_at?: unknown; note?: unknown } | null | undefined;
  const done = typeof told?.until_at === "number" ? `Done, until ${moment(told.until_at, true)}.` : "Done.";
  return typeof told?.note === "string" ? `${done} ${sentence(told.note)}` : done;
}

/** JSON as a tester reads it; anything else as it is. */
export function readable(text: string): string {
  const value = parsed(text);
  return value === undefined ? text : pretty(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pretty(value: unknown): string {
  return value === null ? "" : JSON.stringify(value, null, 2);
}
