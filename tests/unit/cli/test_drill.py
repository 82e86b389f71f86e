"""`mine drill`: what it says of a device, and that it finds the drills where the API has them."""

from services.cli import drill


def test_a_device_that_was_never_drilled_says_so():
    assert drill.told({"device": "pdu-1", "at": None, "proven": False, "seconds": None, "how": ""}) == "pdu-1: never drilled"


def test_a_drill_is_told_with_its_day_its_seconds_and_its_proof():
    row = {"device": "pdu-1", "at": 1_790_000_000.0, "proven": True, "seconds": 12.34, "how": "outlet 7 of pdu-1 opened"}
    assert drill.told(row) == "pdu-1: proven on 2026-09-21 14:13 UTC after 12.3 s: outlet 7 of pdu-1 opened"
    assert "NOT proven" in drill.told({**row, "proven": False})
    assert drill.told({**row, "proven": False, "seconds": None, "how": "no reading"}).endswith("UTC: no reading")
