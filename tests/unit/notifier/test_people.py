"""Who is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notifier.people import People
from services.shared.clock import Moment
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind
from tests.unit.notifier.house import WAYS
from tests.unit.notifier.words import EMERGENCY, WALL_S, WARNING, at

BOB: dict[str, Any] = {"telegram": "1001", "phone": "+15005550002", "on_call": "mon-fri 07:00-19:00"}
NIGHT, DAY = 0.0, 6 * 3_600.0
"""Friday 15 January 2027, 02:00 and 08:00 in Chicago."""


def people(zone: str = "America/Chicago", own: Mapping[str, tuple[str, ...]] = WAYS, **persons: dict[str, Any]) -> People:
    settings = Settings(
        general=s.General(timezone=zone),
        notifications=s.Notifications(email_recipients=("office@site.test",), sms_phone=("+15005550001",)),
        persons={name: s.Person.model_validate(keys) for name, keys in persons.items()},
    )
    return People(settings, own)


def wall(at_s: float) -> Moment:
    return replace(at(0), wall_s=at_s)


def test_who_is_on_call_gets_what_the_office_gets() -> None:
    those = people(bob=BOB)
    assert those.ways(WARNING, ("hot",), at(NIGHT)) == {"telegram": ("chat",), "email": ("office@site.test",)}
    assert those.ways(WARNING, ("hot",), at(DAY))["telegram"] == ("chat", "1001")
    assert those.ways(EMERGENCY, ("smoke",), at(DAY))["sms"] == ("+15005550001", "+15005550002")


def test_by_a_clock_that_is_not_trusted_everybody_is_on_call_who_ever_is() -> None:
    those = people(bob=BOB, eve={"email": "eve@site.test", "on_call": "never"})
    unknown = replace(at(NIGHT), wall_trusted=False)
    assert those.ways(EMERGENCY, ("smoke",), unknown) == {
        "telegram": ("chat", "1001"), "email": ("office@site.test",), "sms": ("+15005550001", "+15005550002"),
    }  # fmt: skip


def test_at_night_an_emergency_that_would_reach_nobody_reaches_everybody() -> None:
    those = people(own={"telegram": (), "sms": ()}, bob=BOB, eve={"phone": "+15005550003", "on_call": "never"})
    assert those.ways(WARNING, ("hot",), at(NIGHT)) == {"telegram": ()}
    assert those.ways(EMERGENCY, ("smoke",), at(NIGHT)) == {"telegram": ("1001",), "sms": ("+15005550002", "+15005550003")}
    assert those.ways(EMERGENCY, ("smoke",), at(DAY)) == {"telegram": ("1001",), "sms": ("+15005550002",)}


def test_a_person_with_an_address_of_the_office_is_told_once() -> None:
    those = people(bob={"email": "Office@site.test", "phone": "+15005550001"})
    assert those.ways(EMERGENCY, ("smoke",), at(DAY)) == WAYS
    assert those.next_person(WAYS) is None


def test_a_way_that_is_not_set_up_and_a_placeholder_are_none() -> None:
    those = people(own={"telegram": ("chat",), "email": ()}, bob={"phone": "+15005550002"}, eve={"email": "your_email@gmail.com"})
    assert those.ways(EMERGENCY, ("smoke",), at(DAY)) == {"telegram": ("chat",), "email": ()}
    assert those.next_person({"telegram": ("chat",)}) is None


def test_the_next_person_is_the_first_by_order_whom_nobody_told() -> None:
    those = people(eve={"email": "eve@site.test", "order": 2}, bob=BOB | {"order": 1}, amy={"email": "amy@site.test", "order": 2})
    order = []
    told: dict[str, tuple[str, ...]] = {}
    while (person := those.next_person(told)) is not None:
        order.append(person.name)
        told = {name: (*told.get(name, ()), address) for name, address in (dict.fromkeys(told, "") | dict(person.ways)).items()}
    assert order == ["bob", "amy", "eve"]


@pytest.mark.parametrize(
    ("utc", "on_call"),
    [
        ("2027-03-14T07:59:59", False),  # 01:59:59 CST: at 2 the clocks go to 3
        ("2027-03-14T08:00:00", True),  # 03:00 CDT
        ("2027-11-07T08:59:59", False),  # 02:59:59 CST, after the hour that comes twice
        ("2027-11-07T09:00:00", True),  # 03:00 CST
    ],
)
def test_hours_are_those_of_the_sites_wall_clock_on_the_days_when_it_changes(utc: str, on_call: bool) -> None:
    those = people(bob={"phone": "+15005550002", "on_call": "sun 03:00-04:00"})
    moment = wall(datetime.fromisoformat(f"{utc}+00:00").timestamp())
    assert ("+15005550002" in those.ways(EMERGENCY, ("smoke",), moment)["sms"]) is on_call


def test_the_hour_that_comes_twice_is_on_call_twice() -> None:
    those = people(bob={"phone": "+15005550002", "on_call": "sun 01:00-02:00"})
    midnight = datetime(2027, 11, 7, 5, tzinfo=UTC).timestamp()
    hours = ["+15005550002" in those.ways(EMERGENCY, (), wall(midnight + 3_600 * step))["sms"] for step in range(5)]
    assert hours == [False, True, True, False, False]  # 00:00 CDT, 01:00 CDT, 01:00 CST, 02:00, 03:00


def test_a_heartbeat_is_never_an_sms() -> None:
    assert "sms" not in people(bob=BOB).ways(AlarmKind.HEARTBEAT, (), wall(WALL_S + DAY))


def test_a_heartbeat_comes_by_mail_when_the_operator_wants_it() -> None:
    settings = Settings(notifications=s.Notifications(heartbeat_email=True))
    assert set(People(settings, WAYS).ways(AlarmKind.HEARTBEAT, (), at(NIGHT))) == {"telegram", "email"}
