import assert from "node:assert/strict";
import { test } from "node:test";
import { deed, ending, held } from "../src/held";
import type { LeaseKind } from "../src/types";

const said = (kind: LeaseKind, payload: object) => held({ kind, payload: JSON.stringify(payload) });

test("what a person holds is said, not the kind of the hold", () => {
  assert.equal(said("power_signal", { level: "control", target_kw: 500 }), "at most 500 kW");
  assert.equal(said("power_signal", { level: "control", target_kw: 0 }), "all load off");
  assert.equal(said("power_signal", { level: "emergency" }), "signal emergency");
  assert.equal(said("miners", { action: "sleep", members: ["row-b"] }), "row-b asleep");
  assert.equal(said("miners", { action: "wake", members: ["a", "b", "c", "d"] }), "a, b and 2 more awake");
  assert.equal(said("fans", { fans: [[3, "on"]] }), "fan 3 on");
  assert.equal(said("fans", { fan_stage: 9, fans: [] }), "at least 9 fans on");
  assert.equal(said("temperature", { celsius: 41, sensor: "zone/east" }), "41 °C at zone/east");
  assert.equal(said("temperature", { celsius: 41.5, sensor: "" }), "41.5 °C in every zone");
  assert.equal(said("raw", { device: "pdu-1" }), "answers of pdu-1 are shown");
});

test("what does not say it has its kind at least", () => {
  assert.equal(held({ kind: "power_signal", payload: "{" }), "power signal");
  for (const kind of ["temperature", "miners", "fans", "drill"] as const) assert.equal(said(kind, {}), kind);
  for (const payload of ["null", "3", "[]", '"x"']) assert.ok(held({ kind: "temperature", payload }));
});

test("a person curtails and holds; only a signal or a temperature is forced", () => {
  const does = (kind: LeaseKind, payload: object) => deed({ kind, payload: JSON.stringify(payload) });
  assert.equal(does("power_signal", { level: "control", target_kw: 0 }), "Curtailed");
  assert.equal(does("miners", { action: "sleep", members: ["row-b"] }), "Held");
  assert.equal(does("fans", { fan_stage: 9 }), "Held");
  assert.equal(does("power_signal", { level: "emergency" }), "Forced");
  assert.equal(does("temperature", { celsius: 41 }), "Forced");
  assert.equal(deed({ kind: "power_signal", payload: "{" }), "Forced");
});

test("the button that ends a person's curtailment names the person, not a power signal like the utility's", () => {
  const ends = (kind: LeaseKind, payload: object) =>
    ending({ kind, payload: JSON.stringify(payload), owner: "ann (session 1f)" });
  assert.equal(ends("power_signal", { level: "control", target_kw: 300 }), "End the curtailment by ann");
  assert.equal(ends("power_signal", { level: "emergency" }), "Release power signal");
  assert.equal(ends("miners", { action: "sleep", members: ["row-b"] }), "Release miners");
});
