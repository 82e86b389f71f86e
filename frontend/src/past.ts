// What the feed does not carry: how commands fared, the last hour of the sensors, what we cost, which loads hang where.

import { computed, effect, signal } from "@preact/signals";
import type { Cost, Series } from "./answers";
import { get } from "./get";
import { followEvents } from "./happened";
import { feed } from "./store";
import type { CommandTruth, LoadRow } from "./types";

const COMMANDS_EVERY_MS = 30_000;
const MINUTE_MS = 60_000;
const HOUR_S = 3600;
const MOST_SENSORS = 12; // of one question
const CLIMATE = ["Cel", "F", "%RH"];

export const commands = signal<CommandTruth | null>(null); // null: the history does not answer
export const cost = signal<Cost | null>(null); // null: not told
export const hour = signal<ReadonlyMap<string, Series>>(new Map()); // by sensor; none when the history does not answer
export const loads = signal<LoadRow[] | null>(null); // null: not told
export const loadsAt = signal(0); // when, in the site's time: their ages are of then

const sensors = computed(() => (feed.value?.sensors ?? []).filter((one) => CLIMATE.includes(one.unit)).map((one) => one.name).join("\n"));
const members = computed(() => (feed.value?.groups ?? []).map((group) => `${group.name} ${group.members}`).join("\n"));

/** Keep it up to date for as long as the page is open. */
export function followPast(): void {
  followEvents();
  every(COMMANDS_EVERY_MS, countCommands);
  every(MINUTE_MS, tellCost);
  effect(() => {
    if (sensors.value !== "") void recall();
  });
  setInterval(() => void recall(), MINUTE_MS);
  effect(() => {
    if (members.value !== "") void tellLoads();
  });
}

/** Ask for the loads again: their watts and ages are those of the moment of asking. */
export async function tellLoads(): Promise<void> {
  try {
    loads.value = (await get<{ loads: LoadRow[] }>("/api/v1/loads")).loads;
    loadsAt.value = feed.peek()?.time ?? 0;
  } catch {
    loads.value = null;
  }
}

function every(ms: number, task: () => Promise<void>): void {
  void task();
  setInterval(() => void task(), ms);
}

async function countCommands(): Promise<void> {
  try {
    commands.value = await get<CommandTruth>("/api/commands?hours=24");
  } catch {
    commands.value = null;
  }
}

async function tellCost(): Promise<void> {
  try {
    cost.value = await get<Cost>("/api/v1/cost");
  } catch {
    cost.value = null;
  }
}

async function recall(): Promise<void> {
  const names = sensors.peek().split("\n").filter(Boolean);
  const end = Math.floor(feed.peek()?.time ?? 0);
  const found = new Map<string, Series>();
  try {
    for (let from = 0; from < names.length; from += MOST_SENSORS) {
      const asked = names.slice(from, from + MOST_SENSORS).map((name) => `sensor=${encodeURIComponent(name)}&`);
      const answer = await get<{ series: Series[] }>(`/api/v1/series/several?${asked.join("")}from=${end - HOUR_S}&to=${end}&buckets=60`);
      for (const one of answer.series) found.set(one.sensor, one);
    }
  } catch {
    found.clear();
  }
  hour.value = found;
}
