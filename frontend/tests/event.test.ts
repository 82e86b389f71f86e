import assert from "node:assert/strict";
import { test } from "node:test";
import { type Frame, measured, missing, moments, steps, ticksTo } from "../src/event/scale";
import { idOf, whyNot } from "../src/event/told";
import type { Point } from "../src/types";

const frame: Frame = { from: 0, until: 100, top: 100, width: 106, height: 100, left: 0, bottom: 0, above: 0 };
const point = (at: number, kw: number | null): Point => {
  return { at, width_s: 10, kw, lowest_kw: kw, highest_kw: kw, partial: false };
};

test("measured load is a line of steps that what was not measured breaks", () => {
  const points = [point(0, 100), point(10, 50), point(20, null), point(30, 0)];
  assert.equal(measured(frame, points, false), "M0.0 0.0L10.0 0.0L10.0 50.0L20.0 50.0M30.0 100.0L40.0 100.0");
  assert.deepEqual(missing(points, 0, 100), [{ from: 20, until: 30 }]);
});

test("a figure holds until the next, and the last one to the end", () => {
  const held = [
    { at: 0, kw: 100 },
    { at: 50, kw: null },
    { at: 60, kw: 0 },
  ];
  assert.equal(steps(frame, held), "M0.0 0.0L50.0 0.0M60.0 100.0L100.0 100.0");
});

test("figures and moments of the axes are round", () => {
  assert.deepEqual(ticksTo(930), [0, 250, 500, 750, 1000]);
  assert.deepEqual(ticksTo(0), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(moments(7, 190, 4), [60, 120, 180]);
});

test("an address names a curtailment by its number alone", () => {
  assert.equal(idOf("?id=207").id, "207");
  for (const wrong of ["", "?id=", "?id=-1", "?id=1e3", "?id=1234567890123456"]) assert.equal(idOf(wrong).id, null);
  assert.notEqual(idOf("").why, idOf("?id=x").why);
});

test("why there is no answer is said in words", () => {
  assert.equal(whyNot({ status: 0, detail: "" }), "The site's server does not answer.");
  assert.equal(whyNot({ status: 503, detail: "the disk is full" }), "The history cannot be read now. the disk is full");
});
