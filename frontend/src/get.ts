// Questions to the api: a document, or why there is none. One way for all that is read but the stream.

/** `status` is that of a refusal, with its words in `detail`; 0: nobody answered, or not in JSON. */
export type Got<T> = { found: T } | { found: null; status: number; detail: string };

interface Patience {
  withinMs?: number;
  signal?: AbortSignal; // given up by whoever asks
}

/** Never throws. What the browser kept is shown only after the api has said that it is still so. */
export async function get<T>(path: string, { withinMs = 5000, signal }: Patience = {}): Promise<Got<T>> {
  const late = AbortSignal.timeout(withinMs);
  try {
    const answer = await fetch(path, { cache: "no-cache", signal: signal ? AbortSignal.any([signal, late]) : late });
    if (answer.ok) return { found: (await answer.json()) as T };
    const said = (await answer.json().catch(() => null)) as { detail?: unknown } | null;
    return { found: null, status: answer.status, detail: typeof said?.detail === "string" ? said.detail : "" };
  } catch {
    return { found: null, status: 0, detail: "" };
  }
}
