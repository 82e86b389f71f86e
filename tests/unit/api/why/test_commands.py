"""Which commands belong to an answer."""

from typing import Any

import sqlalchemy as sa

from services.api.history.schema import TABLES
from services.api.why.commands import with_commands
from services.api.why.model import Calendar, Why

T0 = 1_800_057_600.0
CALENDAR = Calendar("America/Chicago")


def event(number: int, at: float, kind: str, **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {name: "" for name, column in TABLES["events"].columns.items() if isinstance(column.type, sa.Text)}
    zeros = {name: 0 for name, column in TABLES["events"].columns.items() if isinstance(column.type, sa.Integer)}
    plain |= zeros | {"id": number, "ledger_seq": number, "happened_ms": int((T0 + at) * 1000), "kind": kind, "phase": None}
    return plain | {"seconds": None, "source": "controller"} | more


def command(number: int, at: float, act: str, phase: str) -> dict[str, Any]:
    return event(number, at, "command", act=act, device="foreman", phase=phase, command_id=f"{act}-{at:.0f}", seconds=2.0)


def test_a_moment_of_the_past_is_told_without_the_commands_sent_after_it_and_late_confirmations_are_said_as_such() -> None:
    engine = sa.create_engine("sqlite://")
    TABLES["events"].create(engine)
    rows = [event(1, 0, "transition", mode="normal"), event(2, 100, "transition", mode="curtailing")]
    rows += [command(3, 101, "sleep", "sent"), command(4, 102, "sleep", "sent"), command(5, 131, "sleep", "sent")]
    ends = (("sleep-101", 110), ("sleep-102", 140), ("sleep-131", 141))
    rows += [command(6 + n, at, "sleep", "confirmed") | {"command_id": id_} for n, (id_, at) in enumerate(ends)]
    rows += [command(10, 160, "outlet_off", "sent")]
    plain: dict[str, Any] = {"timezone": "America/Chicago", "now": False, "known": True, "sentence": ""}
    during = Why(at=CALENDAR.iso(T0 + 130) or "", mode="curtailing", since=CALENDAR.iso(T0 + 100), **plain)
    before = Why(at=CALENDAR.iso(T0 + 90) or "", mode="normal", since=CALENDAR.iso(T0), **plain)
    with engine.begin() as connection:
        connection.execute(sa.insert(TABLES["events"]), rows)
        told = with_commands(connection, during, CALENDAR, T0 + 900)
        assert with_commands(connection, before, CALENDAR, T0 + 900).commands == []
    assert [(one.act, one.sent, one.confirmed, one.confirmed_later) for one in told.commands] == [("sleep", 2, 2, 1)]


def test_an_answer_of_the_present_tells_what_was_sent_since_the_site_left_normal_not_since_it_was_down() -> None:
    engine = sa.create_engine("sqlite://")
    TABLES["events"].create(engine)
    rows = [
        event(1, 0, "transition", mode="normal"),
        command(2, 50, "wake", "sent"),
        event(3, 100, "transition", mode="curtailing"),
        command(4, 101, "sleep", "sent"),
        command(5, 101, "sleep", "confirmed"),
        event(6, 130, "transition", mode="curtailed"),
    ]
    now = Why(at=CALENDAR.iso(T0 + 150) or "", timezone="America/Chicago", now=True, known=True, sentence="", mode="curtailed",
              since=CALENDAR.iso(T0 + 130))  # fmt: skip
    with engine.begin() as connection:
        connection.execute(sa.insert(TABLES["events"]), rows)
        told = with_commands(connection, now, CALENDAR, T0 + 150)
        normal = with_commands(connection, now.model_copy(update={"mode": "normal"}), CALENDAR, T0 + 150)
    assert [(one.act, one.sent, one.confirmed) for one in told.commands] == [("sleep", 1, 1)]
    assert [one.act for one in normal.commands] == [], "of a normal site those since it was normal"
