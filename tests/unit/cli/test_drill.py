"""`mine drill`: what it says of a device, in the site's time, and which devices it asks for."""

from typing import Any

from typer.testing import CliRunner

from services.cli import drill, local_time
from services.cli.main import app
from services.shared.settings import Settings
from services.shared.settings.sections import General
from tests.unit.cli.fake_api import fake_api

IOWA = local_time.dated(Settings(general=General(timezone="America/Chicago")))
DONE = {"device": "pdu-1", "at": 1_790_000_000.0, "proven": True, "seconds": 12.34, "how": "outlet 7 of pdu-1 opened"}
NEVER: dict[str, Any] = {"device": "foreman", "at": None, "proven": False, "seconds": None, "how": ""}


def test_a_device_that_was_never_drilled_says_so() -> None:
    assert drill.told(NEVER, IOWA) == "foreman: never drilled"


def test_a_drill_is_told_with_its_day_at_the_site_its_seconds_and_its_proof() -> None:
    assert drill.told(DONE, IOWA) == "pdu-1: proven on 2026-09-21 09:13 CDT after 12.3 s: outlet 7 of pdu-1 opened"
    assert "NOT proven" in drill.told({**DONE, "proven": False}, IOWA)
    assert drill.told({**DONE, "proven": False, "seconds": None, "how": "no reading"}, IOWA).endswith("CDT: no reading")


def test_a_device_that_there_is_not_is_a_mistake_of_whoever_typed_it_and_nothing_is_asked() -> None:
    with fake_api() as api:
        api.answers = {"GET /api/state": [(200, {"state": {"drills": [NEVER, DONE]}})]}
        result = CliRunner().invoke(app, ["drill", "pdu-l"], env=api.env())
        listed = CliRunner().invoke(app, ["drill"], env={**api.env(), "MINE_GENERAL_TIMEZONE": "Asia/Tokyo"})
    assert (result.exit_code, "found the device 'pdu-l'; allowed: foreman, pdu-1" in result.output) == (2, True)
    assert [asked.method for asked in api.asked] == ["GET", "GET"]
    assert "pdu-1: proven on 2026-09-21 23:13 JST after" in listed.output
