"""From the click on "Year" to pixels: the page in a real browser on the real service, with twelve months of history on disk.

Run: python -m bench.year_chart [folder]. The year of bench/history_year.py and the curtailments of bench/curtailments_year.py,
both ending now, with eight PDUs, six intakes, six humidities and nine fans. The page must be built. Milliseconds until the load
is drawn, and until everything is: temperatures, humidity, fans, PDUs, marks. Once as this computer is, once with the browser's
processor slowed to a quarter, as a hint for a phone.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from bench import curtailments_year, history_year
from tests.end_to_end.page_visit import CHROMIUM, FLAGS
from tests.integration.api_running import running
from tests.integration.test_history import NOBODY

TIMES = 7
SLOWED = 4
GROUPS = "power,temperature,humidity,fans,pdus"
_NAMES = ((9, 14, "Cel", "intake"), (15, 20, "%RH", "humidity"), (21, 29, "W", "fan_"), (30, 60, "V", "voltage"))
_WATCH = """
window.draws = [];
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...box) {
  window.draws.push(performance.now());
  return clear.apply(this, box);
};
"""
_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
_YEAR = """async () => {
  const button = name => [...document.querySelectorAll('.chart-tools button')].find(one => one.textContent === name);
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const asking = () => document.querySelector('.panel.charts > header .note') !== null;
  const began = performance.now();
  button('Year').click();
  const isIt = one => one.name.includes('/series/load') && one.startTime >= began && one.responseEnd > 0;
  const answered = () => performance.getEntriesByType('resource').find(isIt);
  let load = 0;
  await frame();
  while (asking() || load === 0) {
    await frame();
    const answer = answered();
    if (load === 0 && answer) load = window.draws.find(at => at > answer.responseEnd) ?? 0;
  }
  await frame();
  await frame();
  return [load - began, window.draws.at(-1) - began];
}"""


def make(path: Path) -> None:
    """The year, ending now, with the sensors of a site."""
    for module in (history_year, curtailments_year):
        vars(module)["NOW_S"] = int(time.time())
    history_year.build(path)
    curtailments_year.fill(path)
    with closing(sqlite3.connect(path)) as plain, plain:
        for first, last, unit, name in _NAMES:
            plain.execute(
                "UPDATE sensors SET device = 'site', quantity = ? || id, unit = ? WHERE id BETWEEN ? AND ?",
                (name, unit, first, last),
            )


async def measure(folder: Path) -> None:
    """In one browser, at one page."""
    async with running(folder, NOBODY) as api, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await chromium.new_page(viewport={"width": 1440, "height": 900})
        await page.add_init_script(_WATCH)
        for groups in ("power,temperature", GROUPS):
            await page.goto("about:blank")
            await page.goto(f"{api.lan}/#range=hour&show={groups}")
            await page.locator(".panel.charts").wait_for(state="attached")
            await page.evaluate("document.querySelector('.panel.charts').scrollIntoView()")
            control = await page.context.new_cdp_session(page)
            for rate in (1, SLOWED):
                await control.send("Emulation.setCPUThrottlingRate", {"rate": rate})
                taken = [await _once(page) for _ in range(TIMES)]
                tell(f"{groups}, processor 1/{rate}", taken)
        await chromium.close()


async def _once(page: Page) -> tuple[float, float]:
    await page.locator(".chart-tools").get_by_role("button", name="Hour", exact=True).click()
    await page.locator(".chart canvas").first.wait_for()
    await expect(page.locator(".panel.charts > header .note")).to_have_count(0, timeout=30_000)
    await page.evaluate(_FRAME)
    load, everything = await page.evaluate(_YEAR)
    return load, everything


def tell(title: str, taken: list[tuple[float, float]]) -> None:
    """Print a line: the load, and everything."""
    loads, all_ = zip(*taken, strict=True)
    figures = (
        f"{name} {statistics.median(ms):6.0f} median {max(ms):6.0f} worst" for name, ms in (("load", loads), ("all", all_))
    )
    sys.stdout.write(f"{title:60}" + "   ".join(figures) + "   ms\n")


def run(folder: Path) -> None:
    """Build and measure."""
    path = folder / "mine_data.db"
    if not path.exists():
        make(path)
    asyncio.run(measure(folder))


def main() -> None:
    """In a folder that is named, or in one that goes away."""
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder))


if __name__ == "__main__":
    main()
