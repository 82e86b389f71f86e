"""The answer in a chat: short, and what is left out is counted."""

from typing import Any

from services.api.why.model import Why, WhyAct, WhyCommand
from services.api.why.text import told

AT = "2027-01-15T08:00:00+00:00"
ENDS: dict[str, Any] = {
    "acknowledged": 9,
    "confirmed": 9,
    "confirmed_later": 2,
    "failed": 0,
    "confirmed_within_s": 2.0,
    "last_failure": None,
}


def why(mode: str, **more: Any) -> Why:
    commands = [WhyCommand(first_at=AT, device=f"pdu-{n}", act="outlet_off", sent=9, **ENDS) for n in range(12)]
    acts = [WhyAct(at=AT, who="ann", what=f"act {n}", reasons=[]) for n in range(30)]
    plain: dict[str, Any] = {"until": AT, "ended_because": ["x"], "notes": ["n"] * 9, "commands": commands, "acts": acts}
    told = {"at": AT, "timezone": "UTC", "now": False, "known": True, "sentence": "s", "since": AT, "caused_by": "ann"}
    return Why(**{**told, "mode": mode, **plain, **more})


def test_twenty_lines_are_enough_and_the_rest_is_counted() -> None:
    lines = told(why("emergency"), 1_800_000_300.0).splitlines()
    assert len(lines) <= 22
    assert "9 more kinds of commands, 81 sent" in lines and "7 more notes" in lines
    assert "Done by people (27 earlier not shown):" in lines and lines.count("Note: n") == 2
    assert sum("Confirmed: 9 of 9, 2 of them after that moment" in line for line in lines) == 3


def test_of_a_normal_site_what_came_after_is_not_told() -> None:
    text = told(why("normal", commands=[], acts=[], notes=[], caused_by=None), 1_800_000_300.0)
    assert "Ended" not in text and "Command" not in text and len(text.splitlines()) <= 5
