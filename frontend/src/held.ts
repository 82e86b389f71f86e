// What a person holds, in words: "at most 500 kW", "row-b asleep", "fan 3 on", "41 °C at zone/east".

import type { Lease } from "./types";
import { kw, number, plural, words } from "./words";

/** The fields of a hold that say what it holds, see the controller's `Hold`. */
interface Hold {
  level?: string;
  target_kw?: number;
  action?: string;
  members?: string[];
  fans?: [number, string][];
  fan_stage?: number;
  celsius?: number;
  sensor?: string;
  device?: string;
}

/** The kind alone where the payload does not say what. */
export function held({ kind, payload }: Pick<Lease, "kind" | "payload">): string {
  try {
    return told(kind, JSON.parse(payload) as Hold) || words(kind);
  } catch {
    return words(kind);
  }
}

/** What a person does with it: curtail, hold, or force what is not the plant's own (a signal, a temperature). */
export function deed({ kind, payload }: Pick<Lease, "kind" | "payload">): "Curtailed" | "Held" | "Forced" {
  if (kind === "miners" || kind === "fans" || kind === "drill") return "Held";
  if (kind !== "power_signal") return "Forced";
  try {
    const hold = JSON.parse(payload) as Hold | null;
    return hold?.level === "control" && typeof hold.target_kw === "number" ? "Curtailed" : "Forced";
  } catch {
    return "Forced";
  }
}

/** What ends it: a person's curtailment is none of the utility's, and bears the person's name. */
export function ending(lease: Pick<Lease, "kind" | "payload" | "owner">): string {
  const name = lease.owner.replace(/ \([^(]*$/, "");
  return deed(lease) === "Curtailed" ? `End the curtailment by ${name}` : `Release ${words(lease.kind)}`;
}

function told(kind: Lease["kind"], hold: Hold): string {
  if (kind === "raw") return `answers of ${hold.device} are shown`;
  if (kind === "power_signal") return asked(hold);
  if (kind === "miners" && hold.members) return `${inShort(hold.members)} ${hold.action === "wake" ? "awake" : "asleep"}`;
  if (kind === "temperature" && hold.celsius !== undefined)
    return `${number(hold.celsius, hold.celsius % 1 ? 1 : 0)} °C ${hold.sensor ? `at ${hold.sensor}` : "in every zone"}`;
  if (kind === "fans") return fans(hold);
  return kind === "drill" && hold.sensor ? `drill of ${hold.sensor}` : "";
}

function asked({ level, target_kw }: Hold): string {
  const most = target_kw === undefined ? "" : target_kw === 0 ? "all load off" : `at most ${kw(target_kw)}`;
  return level === "control" && most ? most : [`signal ${level ?? "unknown"}`, most].filter(Boolean).join(", ");
}

function fans({ fans: single = [], fan_stage }: Hold): string {
  const least = fan_stage === undefined ? [] : [`at least ${plural(fan_stage, "fan")} on`];
  return [...least, ...single.map(([fan, state]) => `fan ${fan} ${state}`)].join(", ");
}

/** The first of many names, and how many more. */
export function inShort(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
}
