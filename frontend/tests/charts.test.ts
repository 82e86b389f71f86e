import assert from "node:assert/strict";
import { test } from "node:test";
import { timeLabels } from "../src/charts/axis";
import { columns } from "../src/charts/columns";
import { type Line, latestAt, linesOf, powerLines, sampleAt } from "../src/charts/lines";
import { at, occurrencesIn } from "../src/charts/occurrences";
import { farS, questions, severalSeries } from "../src/series";
import type { AlarmRow, Bucket, Dashboard, LoadBucket, Series } from "../src/types";

const bucket = (at: number, mean: number | null): Bucket => {
  return { at, mean, lowest: mean, highest: mean, count: 1, bad: false, forced: false };
};
const load = (at: number, kw: number, partial = false): LoadBucket => {
  return { at, kw, lowest_kw: kw, highest_kw: kw, partial, forced: false, target_kw: 400 };
};
const series = (sensor: string, unit: string, buckets: Bucket[]): Series => {
  return { sensor, unit, label: "", bucket_s: 60, tier: "minute", buckets };
};
const intakes = (...names: string[]) => {
  const sensors = names.map((name) => ({ name, role: "intake", zone: "a", stale_after_s: 90 }));
  return { sensors } as unknown as Dashboard;
};

test("more than twelve sensors are several questions", () => {
  const names = Array.from({ length: 25 }, (_, one) => `x/${one}`);
  const asked = questions({ names, from: 1, to: 2, buckets: 60 });
  assert.deepEqual(
    asked.map((one) => one.split("sensor=").length - 1),
    [12, 12, 1],
  );
  assert.equal(asked[2], "sensor=x%2F24&from=1&to=2&buckets=60");
  assert.deepEqual(questions({ names: [], from: 1, to: 2, buckets: 60 }), []);
});

test("of several questions one without an answer is no answer at all", async () => {
  const names = Array.from({ length: 13 }, (_, one) => `x/${one}`);
  let left = 1;
  const refused = { found: null, status: 503, detail: "" };
  const told = { found: { series: [series("x/0", "Cel", [])], missing: [] } };
  assert.equal(await severalSeries({ names, from: 1, to: 2, buckets: 60 }, async () => (left-- > 0 ? told : refused)), null);
});

test("between two values there is nothing when a bucket is missing, unless the first still counts", () => {
  assert.deepEqual([farS(60, 0), farS(60, 120), farS(3600, 120)], [96, 120, 5760]);
});

test("a sum without all of its meters is a line of its own and a gap in that of the site", () => {
  const buckets = [load(0, 900), load(60, 500, true), load(120, 910)];
  const lines = powerLines({ measured_by: "PDUs", meters: [], bucket_s: 60, target_known: true, buckets });
  assert.deepEqual(
    lines.map(({ kind, samples }) => [kind, samples.map((one) => one.mean)]),
    [
      ["site", [900, null, 910]],
      ["target", [400, 400, 400]],
      ["part", [null, 500, null]],
    ],
  );
});

test("the hottest of the intakes counts each until it is stale, in degrees Celsius whatever was stored", () => {
  const [one, other] = [series("p/1", "Cel", [bucket(0, 20), bucket(60, 21)]), series("p/2", "F", [bucket(0, 86)])];
  const told = new Map([one, other].map((each) => [each.sensor, each]));
  const [line] = linesOf("Temperature", [...told.keys()], told, intakes("p/1", "p/2"));
  assert.deepEqual(
    line?.samples.map(({ at, mean }) => [at, Math.round(mean ?? -1)]),
    [
      [30, 30],
      [90, 30],
    ],
  );
  assert.equal(line?.unit, "°C");
});

const line: Line = {
  kind: "sensor",
  name: "x",
  unit: "W",
  farS: 96,
  stepS: 60,
  band: false,
  samples: [30, 90, 300].map((at) => ({ at, mean: at, low: at, high: at, forced: false, note: "" })),
};

test("a line is broken where nobody saw anything, and its sample is the nearest near enough", () => {
  const [moments, means] = columns([line], { from: 0, to: 400 });
  assert.deepEqual(moments, [0, 30, 90, 195, 300, 400]);
  assert.deepEqual(means, [undefined, 30, 90, null, 300, undefined]);
  assert.deepEqual(
    [70, 200, 390, 500].map((at) => sampleAt(line, at)?.at),
    [90, undefined, 300, undefined],
  );
});

test("the latest value is the last that is stored while it waits to be stored, and a gap that was seen stays one", () => {
  const short = { ...line, farS: 9.6, stepS: 6 };
  assert.deepEqual(
    [330, 362, 300].map((at) => latestAt(short, at)?.at),
    [300, undefined, 300],
  );
  const none = { at: 310, mean: null, low: null, high: null, forced: false, note: "" };
  assert.equal(latestAt({ ...short, samples: [...short.samples, none] }, 330)?.mean, null);
});

test("an alarm lasts from its rise to its fall, and one without a fall lasts", async () => {
  const row = (seconds: number, key: string, active: boolean): AlarmRow => {
    const timestamp = new Date(seconds * 1000).toISOString();
    const rest = { id: seconds, source: "controller", kind: "warning", priority: "medium", consequence: "", action: "" } as const;
    return { ...rest, key, active, timestamp, since: timestamp, cause: key };
  };
  const alarms = [row(10, "door", true), row(20, "door", true), row(30, "fan", true), row(40, "door", false)];
  const answers: Record<string, unknown> = { alarms: { alarms }, curtailments: { curtailments: [], more: false } };
  const ask = async <T>(path: string) => answers[path.includes("alarms") ? "alarms" : "curtailments"] as T;
  const { all, since } = await occurrencesIn({ from: 0, to: 100 }, ask);
  assert.deepEqual(
    all.map(({ short, from, to }) => [short, from, to]),
    [
      ["fan", 30, null],
      ["door", 10, 40],
    ],
  );
  assert.equal(since, 0);
  assert.deepEqual(
    at(all, 31, 2).map((one) => one.short),
    ["fan"],
  );
});

test("the axis says the day beneath where it begins, by the clock of the site", () => {
  const begin = Date.UTC(2026, 10, 23, 4) / 1000; // 22:00 in Chicago
  assert.deepEqual(timeLabels([begin, begin + 7200], 7200, "America/Chicago"), ["22:00\n22 Nov", "00:00\n23 Nov"]);
  assert.deepEqual(timeLabels([begin, begin + 86_400], 86_400, "America/Chicago"), ["22 Nov\n2026", "23 Nov"]);
});
