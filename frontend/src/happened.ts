// The events: the newest followed by their cursor, older ones fetched back page by page, of one kind or of all.

import { signal } from "@preact/signals";
import { get } from "./get";
import type { EventRow, Events } from "./types";

const EVERY_MS = 10_000;
const PAGE = 30;
const MOST_KEPT = 1000;

export const KINDS = {
  "": "all but commands",
  transition: "changes of mode",
  decision: "decisions",
  command: "commands",
  service: "services, devices",
  audit: "acts of people",
} as const;
export type Kind = keyof typeof KINDS;

export const events = signal<EventRow[] | null>(null); // null: the history does not answer
export const kind = signal<Kind>("");
export const older = signal<"some" | "asked" | "none">("none"); // whether there are any before the first

let after: number | null = null;
let turn = 0; // an answer to an earlier choice is dropped

/** Keep the events up to date for as long as the page is open. */
export function followEvents(): void {
  void news();
  setInterval(() => void news(), EVERY_MS);
}

/** Show one kind alone, or all. */
export function choose(wanted: Kind): void {
  kind.value = wanted;
  events.value = null;
  older.value = "none";
  after = null;
  turn += 1;
  void news();
}

/** Fetch the page before the first event shown. */
export async function back(): Promise<void> {
  const first = events.value?.[0];
  if (first === undefined || older.value === "asked") return;
  older.value = "asked";
  const found = await page(`&before=${first.id}`);
  if (found !== "another") {
    events.value = [...(found?.events ?? []), ...(events.value ?? [])];
    older.value = found && (found.events.length < PAGE || events.value.length >= MOST_KEPT) ? "none" : "some";
  }
}

async function news(): Promise<void> {
  const found = await page(after === null ? "" : `&after=${after}`);
  if (found === "another") return;
  if (after === null && found) older.value = found.events.length < PAGE ? "none" : "some";
  if (found === null) events.value = null;
  else if (found.events.length > 0 || events.value === null)
    events.value = [...(events.value ?? []), ...found.events].slice(-MOST_KEPT);
  after = found?.next_after ?? null;
}

/** A page of the events; null when the history does not answer; "another" when another kind was chosen meanwhile. */
async function page(cursor: string): Promise<Events | null | "another"> {
  const asked = turn;
  const chosen = kind.value === "" ? "commands=false" : `kind=${kind.value}`;
  const { found } = await get<Events>(`/api/v1/events?${chosen}&limit=${PAGE}${cursor}`);
  return asked === turn ? found : "another";
}
