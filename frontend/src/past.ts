// What the feed does not carry: how commands fared, the last hour of the sensors, what we cost, which loads hang where.

import { computed, effect, signal } from "@preact/signals";
import { get } from "./get";
import { followEvents } from "./happened";
import { severalSeries } from "./series";
import { feed } from "./store";
import type { CommandTruth, Cost, LoadRow, Loads, Series } from "./types";
import { airOf } from "./units";

const COMMANDS_EVERY_MS = 30_000;
const MINUTE_MS = 60_000;
const HOUR_S = 3600;

export const commands = signal<CommandTruth | null>(null); // null: the history does not answer
export const cost = signal<Cost | null>(null); // null: not told
export const hour = signal<ReadonlyMap<string, Series>>(new Map()); // by sensor; none when the history does not answer
export const loads = signal<LoadRow[] | null>(null); // null: not told
export const loadsAt = signal(0); // when, in the site's time: their ages are of then

const sensors = computed(() =>
  (feed.value?.sensors ?? [])
    .filter((one) => airOf(one.unit))
    .map((one) => one.name)
    .join("\n"),
);
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
  const { found } = await get<Loads>("/api/v1/loads");
  loads.value = found?.loads ?? null;
  loadsAt.value = feed.peek()?.time ?? 0;
}

function every(ms: number, task: () => Promise<void>): void {
  void task();
  setInterval(() => void task(), ms);
}

async function countCommands(): Promise<void> {
  commands.value = (await get<CommandTruth>("/api/commands?hours=24")).found;
}

async function tellCost(): Promise<void> {
  cost.value = (await get<Cost>("/api/v1/cost")).found;
}

async function recall(): Promise<void> {
  const names = sensors.peek().split("\n").filter(Boolean);
  const to = Math.floor(feed.peek()?.time ?? 0);
  hour.value = (await severalSeries({ names, from: to - HOUR_S, to, buckets: 60 })) ?? new Map();
}
