"""Who held load down is told by the lease that stood then, and by nobody's fan."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.api.history.database import Database
from services.api.history.rows import of_event
from services.api.history.schema import TABLES
from services.api.why.model import Calendar, Why
from services.api.why.past import past
from services.shared.messages import Event

T0 = 1_800_000_000.0
CURTAIL = {"id": "c-1", "kind": "power_signal", "level": "control", "minutes": 60}
SLEEP = {"id": "s-1", "kind": "miners", "action": "sleep", "members": ["m-1"], "minutes": 60}
FANS = {"id": "f-1", "kind": "fans", "fans": {"1": "on"}, "minutes": 60}


def act(after_s: float, title: str, who: str, wish: dict[str, Any]) -> dict[str, Any]:
    told = {"title": title, "who": who, "reasons": ("why",), "detail": json.dumps(wish)}
    return {"happened_at": T0 + after_s, "kind": "audit", **told}


def lease(after_s: float, who: str, wish: dict[str, Any], end: str = "done") -> dict[str, Any]:
    return act(after_s, f"lease by {who}: {end}", who, wish)


def turn(after_s: float, mode: str) -> dict[str, Any]:
    """A change of mode, and beside it the decision that names the rule."""
    return {"happened_at": T0 + after_s, "kind": "decision", "title": "limited by lease", "mode": mode, "reasons": ("in words",)}


@contextmanager
def records(folder: Path, *story: dict[str, Any]) -> Iterator[Database]:
    database = Database(folder / "mine_data.db")
    first = {"happened_at": T0, "kind": "transition", "title": "normal to curtailed", "mode": "curtailed"}
    events = [Event.model_validate({"subject": ("controller",), "ledger_seq": n, "source": "controller", **one})
              for n, one in enumerate((first, *story), 1)]  # fmt: skip
    rows = [{**(of_event(event) or {}), "ledger": 1} for event in events]
    database.write(lambda c: c.execute(sa.insert(TABLES["events"]), rows))
    try:
        yield database
    finally:
        database.close()


def why(database: Database, after_s: float) -> Why:
    at = T0 + after_s
    return database.read(lambda c: past(c, int(at * 1000), Calendar("UTC"), at))


def caused_by(folder: Path, after_s: float, *story: dict[str, Any], mode: str = "curtailed") -> str | None:
    turned = turn(1, mode) | {"kind": "transition", "title": f"normal to {mode}"}
    with records(folder, turned, turn(2, mode), *story) as database:
        return why(database, after_s).caused_by


def test_a_later_lease_of_a_fan_is_not_named_for_the_load(tmp_path: Path) -> None:
    assert caused_by(tmp_path, 100, lease(0, "ann", CURTAIL), lease(50, "bob", FANS)) == "ann: why"


def test_in_manual_the_sleeping_miners_are_asked_for_and_elsewhere_the_signal(tmp_path: Path) -> None:
    story = (lease(0, "ann", CURTAIL), lease(10, "bob", SLEEP))
    assert caused_by(tmp_path / "a", 100, *story) == "ann: why"
    assert caused_by(tmp_path / "b", 100, *story, mode="manual") == "bob: why"


@pytest.mark.parametrize("end", ["done", "noted; control is observe, so nothing is commanded"])
def test_a_lease_counts_that_was_granted_and_no_refused_one(tmp_path: Path, end: str) -> None:
    refused = lease(20, "bob", CURTAIL | {"id": "c-2"}, "a forced signal may only be stricter")
    assert caused_by(tmp_path, 100, lease(0, "ann", CURTAIL, end), refused) == "ann: why"


@pytest.mark.parametrize(
    "end",
    [
        act(50, "release by carl: done", "carl", {"id": "s-1"}),
        act(50, "release by carl: done", "carl", {"kind": "miners"}),
        act(50, "release by carl: done", "carl", {"kind": "miners", "members": ["m-1"]}),
        act(50, "lease miners of ann ended: its time is over", "ann", {"id": "s-1"}),
    ],
)
def test_a_lease_that_was_released_or_ended_before_is_not_named(tmp_path: Path, end: dict[str, Any]) -> None:
    other = SLEEP | {"id": "s-2", "members": ["m-2"]}
    story = (lease(0, "ann", SLEEP), lease(5, "bob", other), end)
    named = caused_by(tmp_path / "before", 40, *story, mode="manual")
    after = caused_by(tmp_path / "after", 100, *story, mode="manual")
    assert named == "ann: why; bob: why"
    assert after == ("in words" if end["detail"] == '{"kind": "miners"}' else "bob: why")


def test_a_refused_release_ends_nothing_and_minutes_that_are_over_do(tmp_path: Path) -> None:
    refused = act(50, "release by carl: there is no such lease", "carl", {"id": "c-1"})
    assert caused_by(tmp_path / "a", 100, lease(0, "ann", CURTAIL), refused) == "ann: why"
    assert caused_by(tmp_path / "b", 3700, lease(0, "ann", CURTAIL), refused) == "in words"


def test_a_newer_lease_of_the_same_takes_the_place_of_the_older(tmp_path: Path) -> None:
    story = (
        lease(0, "ann", CURTAIL),
        lease(50, "ann", CURTAIL | {"id": "c-2"}),
        act(60, "release by ann: done", "ann", {"id": "c-2"}),
    )
    assert caused_by(tmp_path / "before", 55, *story) == "ann: why"
    assert caused_by(tmp_path / "after", 70, *story) == "in words"


def test_of_two_askers_each_is_named_until_the_own_lease_is_over(tmp_path: Path) -> None:
    story = (lease(0, "ann", CURTAIL), lease(50, "bob", CURTAIL | {"id": "c-2", "minutes": 5}))
    assert caused_by(tmp_path / "both", 100, *story) == "ann: why; bob: why"
    assert caused_by(tmp_path / "one", 400, *story) == "ann: why"


def test_of_one_who_asks_again_from_another_address_the_newer_alone_is_told(tmp_path: Path) -> None:
    story = (lease(0, "ann (session, 10.0.0.4)", CURTAIL), lease(50, "ann (token, 10.0.0.5)", CURTAIL | {"id": "c-2"}))
    assert caused_by(tmp_path, 100, *story) == "ann (token, 10.0.0.5): why"


def test_a_milder_signal_and_a_wish_that_makes_no_sense_hold_nothing_down(tmp_path: Path) -> None:
    story = (lease(0, "ann", CURTAIL | {"level": "normal"}), lease(5, "bob", {"kind": ["x"], "level": [1], "minutes": "x"}))
    assert caused_by(tmp_path, 100, *story) == "in words"
