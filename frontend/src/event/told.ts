// A curtailment in words; in the site's time zone, which the story itself names.

import type { Asker, CurtailmentKind, CurtailmentRow, Story } from "../types";
import { UNKNOWN, duration, kw, moment } from "../words";

const CAUSES: Record<CurtailmentKind, string> = {
  signal: "power signal",
  contact: "utility's contact",
  schedule: "schedule",
  lease: "held by a person",
  drill: "drill",
  thermal: "heat or missing air",
  trip: "trip",
  failsafe: "a loss",
  unknown: "unknown cause",
};

const NO_NUMBER = "The number in this address is none.";

/** What asked, with its name: "power signal utility". */
export function cause(one: Pick<Asker, "kind" | "source">): string {
  return one.source ? `${CAUSES[one.kind]} ${one.source}` : CAUSES[one.kind];
}

export function causeOf(kind: CurtailmentKind): string {
  return CAUSES[kind];
}

export function act(name: string): string {
  return name.replace("outlet_off", "open outlet").replace("outlet_on", "close outlet").replace("_", " ");
}

/** The moment, with its day where the curtailment began on another. */
export function when(at: number, { timezone, curtailment }: Story): string {
  return moment(at, true, curtailment.from_at, timezone);
}

/** How it was confirmed, short. */
export function confirmed(one: Pick<Asker, "confirmed_s" | "until_at">): string {
  if (one.confirmed_s !== null) return `after ${duration(one.confirmed_s, true)}`;
  return one.until_at === null ? "not yet" : "never";
}

/** A curtailment as its ask: over as soon as nobody asks any more, though load has still to return. */
export function askOf(one: CurtailmentRow): Pick<Asker, "confirmed_s" | "until_at"> {
  return { confirmed_s: one.confirmed_s, until_at: one.released_at };
}

/** How one stands that has no end yet. */
export function going(one: Pick<CurtailmentRow, "released_at">): string {
  return one.released_at === null ? "runs" : "load returns";
}

/** When it was asked for by the first who counts: the utility, else who began it. */
export function askedAt(one: CurtailmentRow): number {
  return one.asks[0]?.from_at ?? one.from_at;
}

/** What might stay on. */
export function atMost(one: Pick<Asker, "target_kw">): string {
  return one.target_kw === null ? UNKNOWN : `at most ${kw(one.target_kw)}`;
}

/** Why there is no answer: the status of a refusal, or 0, and its words. */
export function whyNot({ status, detail }: { status: number; detail: string }): string {
  if (status === 0) return "The site's server does not answer.";
  if (status === 401) return "Only who is known may look here: log in first.";
  if (status === 404) return "No curtailment on record has this number.";
  if (status === 422) return NO_NUMBER;
  return `${status === 503 ? "The history cannot be read now." : `The server answered ${status}.`} ${detail}`;
}

/** The number that an address names; null: none, and why. */
export function idOf(search: string): { id: string | null; why: string } {
  const id = new URLSearchParams(search).get("id") ?? "";
  if (/^\d{1,15}$/.test(id)) return { id, why: "" };
  return { id: null, why: id === "" ? "This address names no curtailment." : NO_NUMBER };
}
