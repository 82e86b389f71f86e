"""A fresh installation with the operator's own old file: it acts on nothing, and says what it would do and what is missing."""

from pathlib import Path

import pytest

from tests.end_to_end.whole_site import ROOT
from tests.waiting import wait

pytestmark = pytest.mark.timeout(120)


def test_the_old_config_unchanged_starts_acts_on_nothing_and_says_what_is_missing(whole_site):
    site = whole_site()
    site.config.write_text((ROOT / "tests" / "data" / "old_config.txt").read_text(encoding="utf-8"), encoding="utf-8")
    site.start("collector", "controller", "notifier", "api")
    wait(lambda: site.status().get("mode"), 30, "a mode is shown")
    status = site.status()
    assert status["control"] == "observe"
    assert status["missing"], "what is missing is said"
    assert any("Foreman" in line for line in status["missing"])


def test_observe_shows_what_it_would_do_and_moves_nothing(whole_site):
    site = whole_site(MINE_GENERAL_CONTROL="observe").start()
    wait(lambda: site.mode() in ("normal", "starting"), 40)
    site.tell("signal", level="control")
    wait(
        lambda: any(line.startswith("sleep 20") for line in site.get("/api/state")["state"]["would_do"]), 40, "it would sleep all"
    )
    since = site.plant()["now_s"]
    wait(lambda: site.plant()["now_s"] > since + 200, 30)
    assert site.asleep() == 0
    assert site.open_outlets() == 0
    assert Path(site.folder / "data" / "ledger.db").exists()
