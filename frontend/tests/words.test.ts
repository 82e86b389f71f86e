import assert from "node:assert/strict";
import { test } from "node:test";
import { inFull, inShort } from "../src/receipts";
import { airOf, celsius, unitOf } from "../src/units";
import { bytes, clock, dayOf, duration, kw, moment, number, oldAge } from "../src/words";

const NOON = Date.UTC(2026, 10, 22, 18) / 1000; // 12:00 in Chicago
const CHICAGO = "America/Chicago";

test("a length of time is in the largest unit of which there are two", () => {
  const told = [0, 119.9, 120, 7199, 7200, 172_799, 172_800].map((one) => duration(one));
  assert.deepEqual(told, ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 d"]);
  assert.equal(duration(-3), "0 s");
});

test("a fine length of time has the next smaller unit, seconds only where there are any", () => {
  const told = [89.6, 120, 125, 7200, 7290, 172_800 + 3600].map((one) => duration(one, true));
  assert.deepEqual(told, ["90 s", "2 min", "2 min 5 s", "2 h 0 min", "2 h 1 min", "2 d 1 h"]);
});

test("a moment of another day has its day, by the clock of the site", () => {
  assert.equal(clock(NOON, true, CHICAGO), "12:00:00");
  assert.equal(dayOf(NOON + 12 * 3600, CHICAGO), "2026-11-23");
  assert.equal(moment(NOON, false, NOON + 3600, CHICAGO), "12:00");
  assert.equal(moment(NOON, false, NOON + 86_400, CHICAGO), "2026-11-22 12:00");
  assert.equal(moment(null), "unknown");
});

test("a moment is cut to the minute, so that what comes back is never told later than it does", () => {
  const told = [0, 0.4, 59, 60].map((after) => moment(NOON + after, false, NOON, CHICAGO));
  assert.deepEqual(told, ["12:00", "12:00", "12:00", "12:01"]);
});

test("unknown is a word and never 0, and small figures keep a decimal", () => {
  assert.deepEqual([number(null), kw(null), bytes(null)], ["unknown", "unknown", "unknown"]);
  assert.deepEqual([number(9.96), number(1234), kw(0), kw(2.5), kw(1000)], ["10.0", "1,234", "0 kW", "2.5 kW", "1,000 kW"]);
  assert.deepEqual([0, 999, 1500, 25e9].map(bytes), ["0 B", "999 B", "1.5 kB", "25 GB"]);
});

test("a half is rounded as the sentences of the site round it", () => {
  assert.deepEqual([128.5, 129.5, 128.51].map(kw), ["128 kW", "130 kW", "129 kW"]);
});

test("all units of the air are known in one table, and limits are in degrees Celsius", () => {
  assert.deepEqual(["Cel", "F", "%RH", "kW"].map(airOf), ["temperature", "temperature", "humidity", undefined]);
  assert.deepEqual(["Cel", "F", "%RH", "kW"].map(unitOf), ["°C", "°F", "%", "kW"]);
  assert.deepEqual([celsius(212, "F"), celsius(21, "Cel"), celsius(null, "F")], [100, 21, null]);
});

test("receipts in short: the last word of each channel, alike ones together, what cannot be read as it is", () => {
  const at = (minute: number) => new Date(minute * 60_000).toISOString();
  const told = inShort([`email refused at ${at(1)}`, `email accepted at ${at(2)} (250)`, `sms accepted at ${at(2)}`, "odd"]);
  assert.equal(told, `e-mail, SMS accepted ${moment(120)}; odd`);
});

test("a receipt in full has its time by the clock of the site, and what cannot be read stays as it is", () => {
  const told = (receipt: string) => inFull(receipt, NOON, CHICAGO);
  assert.equal(told("telegram accepted at 2026-11-22T18:48:05Z"), "telegram accepted at 12:48:05");
  assert.equal(told("email refused at 2026-11-21T18:48:00Z (550 no)"), "email refused at 2026-11-21 12:48:00 (550 no)");
  assert.deepEqual(["odd", "sms accepted at noon"].map(told), ["odd", "sms accepted at noon"]);
});

test("what still counts of a meter that fell silent says how old it is", () => {
  assert.deepEqual([null, 0.5, 10, 11, 59].map(oldAge), ["", "", "", "11 s", "59 s"]);
});
