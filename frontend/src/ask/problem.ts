// An error as the site answers it, in words. RFC 9457, services/api/problems.py.

import { capital } from "../words";

export interface Problem {
  kind: string; // "refused", "no-login", ...; "" when it is no answer of ours
  words: string;
  afterS: number | null; // when to ask again
}

/** What an answer that is no success says; never throws. */
export async function problemOf(answer: Response): Promise<Problem> {
  const seconds = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  const afterS = Number.isFinite(seconds) ? seconds : null;
  const again = afterS === null ? "" : ` Try again in ${afterS} s.`;
  try {
    const { type, detail } = (await answer.json()) as { type?: string; detail?: string };
    if (!type?.startsWith("urn:mine:problem:") || !detail) throw new Error();
    return { kind: type.slice("urn:mine:problem:".length), words: sentence(detail) + again, afterS };
  } catch {
    return { kind: "", words: `The answer was HTTP ${answer.status}, without words.${again}`, afterS };
  }
}

/** Words of a service as a sentence. */
export function sentence(words: string): string {
  const text = capital(words.trim());
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
