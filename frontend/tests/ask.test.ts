import assert from "node:assert/strict";
import { test } from "node:test";
import { slip } from "../src/ask/slip";
import { yes } from "../src/ask/yes";

test("what takes nothing off the site is not asked for, and the form says what is", () => {
  const said = [200, 1014.9, 1015, 2000, 99_999].map((target) => slip(target, 1015));
  assert.deepEqual(
    said.map((one) => one !== undefined),
    [false, false, true, true, true],
  );
  assert.equal(said[3], "2,000 kW takes nothing off: give less than 1,015 kW, which is all the load.");
});

test("no number, or one below 0, is asked for by name", () => {
  for (const target of [Number.NaN, -1, 100_001]) assert.equal(slip(target, 1015), "Give the kW that may stay on.");
});

test("where nobody knows how much all load is, the controller judges", () => {
  assert.equal(slip(2000, null), undefined);
  assert.equal(slip(2000, 0), undefined);
});

test("load is only ordered off with the yes; what is done at once is done", () => {
  assert.match(yes("curtail", "done", { until_at: 1_795_000_000 }), /^Ordered, until .*\d\d:\d\d\.$/);
  assert.match(yes("hold", "done; 2 loads stay asleep", { until_at: 1_795_000_000 }), /^Ordered; 2 loads stay asleep, until /);
  assert.equal(yes("curtail", "noted; control is observe", null), "Noted; control is observe.");
  assert.equal(yes("lockout", "done", null), "Done.");
});
