const ANSWER_MS = 5000;

/** An answer of the API. Throws when there is none within 5 s, or a refusal. */
export async function get<T>(path: string): Promise<T> {
  const answer = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return (await answer.json()) as T;
}
