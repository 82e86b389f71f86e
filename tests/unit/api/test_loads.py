"""The loads, their groups and their PDUs, as the page is told of them."""

from typing import Any

import pytest

from services.api import feed
from services.api.image import Image
from services.api.load_rows import load_rows
from services.api.waking_loads import BOOT_AT_MOST_S
from services.shared.messages import DeviceHealth, Devices, Lockout, MemberReport, Reading, Reported
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import Control, HealthState, LoadKind, LoadState, LoadTarget, Mode, PowerState, Quality
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock


def row(name: str, pdu: str = "pdu-1", outlet: int | None = 1, **more: Any) -> LoadRow:
    return LoadRow(name, LoadKind.FOREMAN, more.pop("group", "a"), "hall", 3.3, pdu=pdu, outlet=outlet, **more)


ROWS = (row("m-5", "pdu-10", 1), row("m-3", "pdu-2", 2), row("m-4", "pdu-2", 1), row("m-0", "", None), row("m-1", outlet=7))
ORDER = ["m-1", "m-4", "m-3", "m-5", "m-0"]


def settings(**more: Any) -> Settings:
    return Settings(loads=ROWS, apis=sections.Apis(pdu_ip=("a", "b")), **more)


def member(name: str, found: LoadState = LoadState.HASHING, **more: Any) -> MemberReport:
    base: dict[str, Any] = {"target": LoadTarget.RUN, "outlet": PowerState.ON, "watts": 3300.0, "watts_mono_s": 999.0}
    return MemberReport(name=name, state=found, **base | more)


def power(kw: float | None, **more: Any) -> Reading:
    base: dict[str, Any] = {
        "unit": "kW",
        "quality": Quality.GOOD if kw is not None else Quality.BAD,
        "poll_started_mono_s": 999.0,
    }
    said: dict[str, Any] = {
        "device": "pdu-1",
        "quantity": "power",
        "measured_at": 1.0,
        "host_boot": "this-boot",
        "boot": "b",
        "seq": 1,
    }
    return Reading(value=kw, **base | said | more)


class Told:
    def __init__(self, control: Control = Control.ARMED, **more: Any) -> None:
        self.clock, self.settings = HandClock(), settings(**more)
        self.image = Image(self.settings, self.clock)
        self.image.take_state(state(Mode.NORMAL, host_boot="this-boot", decided_mono_s=1000.0, control=control))

    def hear(self, *members: MemberReport, group: str = "a", seq: int = 0) -> "Told":
        self.image.take_reported(Reported(group=group, members=members, host_boot="this-boot", seq=seq))
        return self

    def feed(self) -> Any:
        return feed.build(self.image, self.settings, broker_connected=True, history="")

    def rows(self, *, silent: bool = False) -> Any:
        return load_rows(self.image, self.settings, self.clock.now(), silent=silent)


def test_the_loads_stand_as_in_their_racks_and_the_letters_in_the_same_order() -> None:
    told = Told().hear(
        member("m-0", LoadState.WAKING), member("m-1"), member("m-3", LoadState.UNKNOWN), member("m-4", LoadState.ASLEEP),
        member("m-5", LoadState.ASLEEP, outlet=PowerState.OFF),
    )  # fmt: skip
    assert [one.name for one in told.rows()] == ORDER
    assert told.feed().groups[0].states == "hauow"
    found = told.rows()[0]
    assert (found.pdu, found.outlet, found.zone, found.kw, found.priority) == ("pdu-1", 7, "hall", 3.3, 5)
    assert (found.target, found.state, found.outlet_state, found.watts, found.watts_age_s) == (
        "run",
        "hashing",
        "on",
        3300.0,
        1.0,
    )


def test_a_load_of_which_nobody_spoke_is_unknown_and_not_left_out() -> None:
    told = Told()
    (group,) = told.feed().groups
    assert (group.members, group.unknown, group.states, group.measured_kw, group.tone) == (5, 5, "uuuuu", None, "unknown")
    assert {(one.target, one.state, one.outlet_state, one.watts) for one in told.rows()} == {("unknown",) * 3 + (None,)}
    told.hear(member("m-1"))
    (group,) = told.feed().groups
    assert (group.members, group.hashing, group.unknown, group.states) == (5, 1, 4, "huuuu")


def test_a_load_without_power_is_off_and_not_unknown() -> None:
    told = Told().hear(*(member(f"m-{n}", LoadState.UNKNOWN, outlet=PowerState.OFF) for n in (0, 1, 3, 4, 5)))
    (group,) = told.feed().groups
    assert (group.states, group.unknown, group.outlets_off, group.tone) == ("ooooo", 0, 5, "good")


def woken(**more: Any) -> Told:
    """A miner that slept and is wanted to run; Foreman does not reach it while it boots."""
    told = Told(**more).hear(member("m-1", LoadState.ASLEEP, target=LoadTarget.SLEEP), seq=1)
    return told.hear(member("m-1", LoadState.ASLEEP), seq=2).hear(member("m-1", LoadState.UNKNOWN), seq=3)


def shown(told: Told) -> tuple[str, str, int, int]:
    (group,) = told.feed().groups
    return group.states[0], next(one.state for one in told.rows() if one.name == "m-1"), group.waking, group.unknown


def test_a_miner_that_boots_after_its_wake_is_waking_for_as_long_as_a_boot_may_take() -> None:
    told = woken()
    assert shown(told) == ("w", "waking", 1, 4)
    told.clock.leap(BOOT_AT_MOST_S)
    told.image.take_state(state(Mode.NORMAL, host_boot="this-boot", decided_mono_s=1000.0 + BOOT_AT_MOST_S))
    assert shown(told) == ("w", "waking", 1, 4)
    told.clock.leap(0.1)
    assert shown(told) == ("u", "unknown", 0, 5)


def test_a_miner_whose_power_came_back_boots() -> None:
    told = Told().hear(member("m-1", LoadState.UNKNOWN, outlet=PowerState.OFF), seq=1)
    assert shown(told.hear(member("m-1", LoadState.UNKNOWN), seq=2))[0] == "w"


@pytest.mark.parametrize(
    "more", [{"target": LoadTarget.SLEEP}, {"outlet": PowerState.UNKNOWN}], ids=["asked to sleep again", "its outlet is not read"]
)
def test_a_miner_that_may_not_be_waking_stays_unknown(more: dict[str, Any]) -> None:
    assert shown(woken().hear(member("m-1", LoadState.UNKNOWN, **more), seq=4))[0] == "u"


def test_a_miner_that_nobody_woke_stays_unknown() -> None:
    assert shown(Told().hear(member("m-1", LoadState.UNKNOWN), seq=1))[0] == "u"
    crashed = woken().hear(member("m-1"), seq=4).hear(member("m-1", LoadState.UNKNOWN), seq=5)
    assert shown(crashed)[0] == "u", "it ran, and then fell silent"


def test_where_nothing_is_switched_a_target_wakes_nobody() -> None:
    assert shown(woken(control=Control.OBSERVE))[0] == "u"


def test_a_load_that_is_reported_and_not_configured_is_counted_last() -> None:
    (group,) = Told().hear(member("stranger", LoadState.ASLEEP), member("m-1")).feed().groups
    assert (group.members, group.asleep, group.unknown, group.states) == (6, 1, 4, "huuuua")


@pytest.mark.parametrize("target", ["m-4", "pdu-2/1", "a"])
def test_a_lock_out_of_a_load_its_outlet_or_its_group_is_told_of_the_load(target: str) -> None:
    told = Told()
    lock = Lockout(target=target, owner="ann", reason="belt", since_at=1.0)
    told.image.take_state(state(Mode.NORMAL, host_boot="this-boot", decided_mono_s=1000.0, lockouts=(lock,)))
    locked = [one.name for one in told.rows() if one.locked_out]
    assert locked == (ORDER if target == "a" else ["m-4"])


def test_watts_older_than_a_minute_are_no_watts_but_keep_their_age() -> None:
    told = Told().hear(member("m-1"))
    told.clock.leap(60.0)
    assert [(one.watts, one.watts_age_s) for one in told.rows() if one.name == "m-1"] == [(None, 61.0)]
    assert (told.feed().groups[0].measured_kw, told.feed().groups[0].metered) == (None, 0)


def test_a_silent_controller_leaves_every_load_and_outlet_unknown() -> None:
    told = Told().hear(*(member(name) for name in ORDER))
    assert (told.feed().groups[0].hashing, told.feed().pdus[1].outlets_on) == (5, 2)
    told.clock.leap(15.1)
    (group,) = told.feed().groups
    assert (group.members, group.hashing, group.unknown, group.states, group.measured_kw) == (5, 0, 5, "uuuuu", None)
    assert (told.feed().pdus[1].outlets_on, told.feed().pdus[1].outlets_unknown) == (0, 2)
    assert {one.state for one in told.rows(silent=True)} == {LoadState.UNKNOWN}


def test_a_pdu_has_its_kw_its_outlets_and_the_limit_of_the_feeder_that_is_its_alone() -> None:
    feeders = {
        "own": sections.Feeder(limit_kw=50.0, members=("PDU-1",)),
        "main": sections.Feeder(limit_kw=10.0, members=("pdu-1", "pdu-2")),
    }
    told = Told(feeders=feeders).hear(member("m-1"), member("m-3", outlet=PowerState.OFF))
    told.image.take_reading(power(41.5))
    first, second = told.feed().pdus
    assert (first.name, first.kw, first.limit_kw, first.stale, first.age_s, first.tone) == (
        "pdu-1",
        41.5,
        50.0,
        False,
        1.0,
        "good",
    )
    assert (first.outlets_on, first.outlets_off, first.outlets_unknown) == (1, 0, 0)
    assert (second.kw, second.limit_kw, second.stale, second.tone) == (None, None, True, "unknown")
    assert (second.outlets_on, second.outlets_off, second.outlets_unknown) == (0, 1, 1)
    told.image.take_reading(power(50.5, seq=2))
    assert (told.feed().pdus[0].tone, told.feed().pdus[0].reason) == ("bad", "more than its feeder carries")


def test_a_pdu_whose_kw_are_old_or_that_is_lost_is_unknown_and_says_why() -> None:
    told = Told()
    told.image.take_reading(power(41.5))
    told.clock.leap(60.0)
    first = told.feed().pdus[0]
    assert (first.kw, first.stale, first.tone, first.reason) == (41.5, True, "unknown", "its kW are not known at present")
    lost = DeviceHealth(
        device="pdu-1",
        kind="snmp_pdu",
        state=HealthState.LOST,
        reason="no answer within 2 s",
        last_ok_mono_s=1.0,
        lost_since_at=1.0,
    )
    told.image.take_devices(Devices(subject=("controller",), source="controller", host_boot="this-boot", devices=(lost,)))
    assert told.feed().pdus[0].reason == "no answer within 2 s"
