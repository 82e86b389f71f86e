"""`python -m tests.end_to_end.screenshots [folder]`: the pictures of the README and the manual, of the simulated site.

300 miners on free ports are brought through normal, a curtailment and a trip at ten times the speed of life; three minutes.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.broker import INSTALL, LiveBroker, as_process, in_container
from tests.end_to_end.page_visit import CHROMIUM, FLAGS
from tests.end_to_end.small_png import smaller
from tests.end_to_end.whole_site import ROOT, WholeSite
from tests.waiting import wait

PICTURES = ROOT / "docs" / "pictures"
MINERS, SPEED = 300, 10
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 980}, "color_scheme": "light"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}
SHARP: dict[str, Any] = {"device_scale_factor": 2}
DEADLINE_S, TRIPS_S = 120, 300
HOT = 60  # °C outside: no fan helps


def main(folder: Path) -> None:
    """Bring the site into each state and take its pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with _site() as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = f"http://127.0.0.1:{site.page_port}"
        wait(lambda: site.hashing() == MINERS, DEADLINE_S, "all miners hash")
        site.wait_mode("normal", DEADLINE_S)
        _take(chromium, folder / "normal.png", page, "Safe. The load may run", **DESK)
        site.tell("signal", level="control")
        site.wait_mode("curtailed", DEADLINE_S)
        wait(lambda: site.get("/dashboard_data.json")["headline"]["safe"], DEADLINE_S, "it is proven")
        _take(chromium, folder / "curtailed.png", page, "Safe. Curtailed", **DESK)
        _take(chromium, folder / "phone.png", page, "Safe. Curtailed", **PHONE, **SHARP)
        site.tell("signal", level="normal")
        site.wait_mode("normal", DEADLINE_S)
        wait(lambda: _newest(site)["until_at"] is not None, DEADLINE_S, "the curtailment is on record")
        wait(lambda: _is_measured(site), DEADLINE_S, "its readings are stored")
        _take(chromium, folder / "event.png", f"{page}/event.html?id={_newest(site)['id']}", "", **DESK)
        _take(chromium, folder / "debug.png", f"http://127.0.0.1:{site.debug_port}/debug.html", "", **DESK)
        site.tell("outside", celsius=HOT, swing=0)
        site.wait_mode("emergency", TRIPS_S)
        wait(lambda: site.get("/dashboard_data.json")["headline"]["curtailed"], DEADLINE_S, "the load is off")
        _take(chromium, folder / "tripped.png", page, "EMERGENCY", **PHONE, **SHARP)
        chromium.close()


def _newest(site: WholeSite) -> dict[str, Any]:
    return dict(site.get("/api/v1/curtailments")["curtailments"][0])


def _is_measured(site: WholeSite) -> bool:
    """Readings reach the disk some time after the end is known."""
    story = site.get(f"/api/v1/curtailments/{_newest(site)['id']}")
    last = max((point["at"] for point in story["curve"]["points"] if point["kw"] is not None), default=0.0)
    return bool(last > story["curtailment"]["until_at"] + 15)


@contextmanager
def _site() -> Iterator[WholeSite]:
    with tempfile.TemporaryDirectory() as kept:
        broker = _broker(Path(kept))
        try:
            site = WholeSite(Path(kept), broker, "demo", miners=MINERS, speed=SPEED)
            try:
                yield site.start()
            finally:
                site.stop()
        finally:
            broker.remove()


def _broker(folder: Path) -> LiveBroker:
    return as_process(folder) or in_container(folder) or sys.exit(INSTALL)


def _take(chromium: Browser, file: Path, address: str, sentence: str, **look: Any) -> None:
    page: Page = chromium.new_page(**look)
    page.goto(address)
    page.locator(".sentence" if "debug" not in address else "form.bench").first.wait_for()
    if sentence:
        page.get_by_text(sentence).first.wait_for()
    page.wait_for_load_state("load")
    page.wait_for_timeout(1500)  # what is asked for beside the feed has come
    file.write_bytes(smaller(page.screenshot()))
    page.close()
    sys.stdout.write(f"{file.name}: {file.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
