// What was: the latest events, followed by their cursor, how commands fared, and the rows that fill the trend before this page
// was opened.

import { signal } from "@preact/signals";
import type { CommandTruth, EventRow, StateRow } from "./types";

const MOST_EVENTS = 30;
const EVERY_MS = 10_000;
const COMMANDS_EVERY_MS = 30_000;
const ANSWER_MS = 5000;

export const events = signal<EventRow[] | null>(null); // null: the history does not answer
export const commands = signal<CommandTruth | null>(null); // likewise
let after: number | null = null;

/** Keep the events and how commands fared up to date for as long as the page is open. */
export function followPast(): void {
  void more();
  void count();
  setInterval(() => void more(), EVERY_MS);
  setInterval(() => void count(), COMMANDS_EVERY_MS);
}

/** The recorded rows of the last hour, oldest first; none when the history does not answer. */
export async function recordedRows(): Promise<StateRow[]> {
  try {
    return (await get<{ rows: StateRow[] }>("/api/v1/state-rows?limit=60")).rows;
  } catch {
    return [];
  }
}

async function more(): Promise<void> {
  try {
    const found = await get<{ events: EventRow[]; next_after: number }>(`/api/v1/events?commands=false&limit=${MOST_EVENTS}${after === null ? "" : `&after=${after}`}`);
    after = found.next_after;
    if (found.events.length > 0 || events.value === null) events.value = [...(events.value ?? []), ...found.events].slice(-MOST_EVENTS);
  } catch {
    events.value = null;
    after = null;
  }
}

async function count(): Promise<void> {
  try {
    commands.value = await get<CommandTruth>("/api/commands?hours=24");
  } catch {
    commands.value = null;
  }
}

async function get<T>(path: string): Promise<T> {
  const answer = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return (await answer.json()) as T;
}
