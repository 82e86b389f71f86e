"""When somebody stops talking, every number of the feed turns stale within its limit, and nothing old is told as the present."""

from typing import Any

import pytest

from services.api import feed
from services.api.dashboard import Dashboard
from services.api.image import SILENT_TO_SEE_S, Image
from services.api.tile_views import Aged
from services.shared.messages import (
    DeviceHealth,
    Devices,
    FanView,
    MemberReport,
    Presence,
    Reading,
    Reported,
    State,
    SwitchReading,
)
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import (
    HealthState,
    Level,
    LoadKind,
    LoadState,
    LoadTarget,
    Mode,
    PowerState,
    Proof,
    Quality,
    SwitchRole,
)
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock

SETTINGS = Settings(
    loads=(LoadRow("m-1", LoadKind.FOREMAN, "a", "hall", 3.3, pdu="pdu-1", outlet=1),),
    apis=sections.Apis(pdu_ip=("pdu",)),
    general=sections.General(demo=True),
)
AT: dict[str, Any] = {"poll_started_mono_s": 1000.0, "measured_at": 1.0, "host_boot": "this-boot", "boot": "b", "seq": 1}


def reading(device: str, quantity: str, unit: str) -> Reading:
    return Reading(device=device, quantity=quantity, value=20.0, unit=unit, quality=Quality.GOOD, **AT)


def decided(mono_s: float = 1000.0) -> State:
    """All of it read at 1000 s of this boot, decided at some later moment."""
    base = state(Mode.NORMAL, host_boot="this-boot", decided_mono_s=mono_s)
    fan = FanView(
        number=1, commanded=PowerState.ON, running=PowerState.ON, proven=Proof.PROVEN, watts=400.0, read_mono_s=1000.0,
        locked_out=False, reason="", hours=1234.5,
    )  # fmt: skip
    rests = fan.model_copy(update={"number": 2, "commanded": PowerState.OFF, "running": PowerState.OFF, "watts": 0.0})
    source = base.signals[0].model_copy(update={"observed_mono_s": 1000.0})
    load = base.load.model_copy(update={"measured_mono_s": 1000.0})
    return base.model_copy(update={"fans": (fan, rests), "signals": (source,), "load": load})


class Told:
    """An api that heard everything once, at 1000 s."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.image = image = Image(SETTINGS, self.clock)
        for one in (
            reading("ra", "t", "Cel"),
            reading("ra", "h", "%RH"),
            reading("iota", "v", "V"),
            reading("pdu-1", "power", "kW"),
        ):
            image.take_reading(one)
        image.take_switch(SwitchReading(device="ra", quantity="door", role=SwitchRole.DOOR, closed=True, active=False, **AT))
        member = MemberReport(
            name="m-1", target=LoadTarget.RUN, state=LoadState.HASHING, outlet=PowerState.ON, watts=3300.0, watts_mono_s=1000.0
        )
        image.take_reported(Reported(group="a", members=(member,), host_boot="this-boot"))
        health = DeviceHealth(device="ra", kind="x", state=HealthState.OK, reason="", last_ok_mono_s=1000.0, lost_since_at=None)
        image.take_devices(Devices(source="collector", host_boot="this-boot", devices=(health,)))
        self.presence("online")
        image.take_state(decided())

    def presence(self, said: Any) -> None:
        self.image.signs.take_presence(Presence(source="collector", boot="b", state=said, version="1"))

    def after(self, seconds: float, *, speaks: bool = True, broker: bool = True) -> Dashboard:
        """The feed so much later; the controller speaks on, of what it read then."""
        self.clock.leap(1000.0 + seconds - self.clock.moment.mono_s)
        if speaks:
            self.image.take_state(decided(1000.0 + seconds))
        return feed.build(self.image, SETTINGS, broker_connected=broker, history="")


def aged(told: Dashboard) -> dict[str, Aged]:
    """Every part of the feed that has an age, by name."""
    found: dict[str, Aged] = {"load": told.load}
    for name in Dashboard.model_fields:
        parts = getattr(told, name)
        if isinstance(parts, tuple):
            found |= {f"{name} {n}": part for n, part in enumerate(parts) if isinstance(part, Aged)}
    return found


NAMES = sorted(aged(Told().after(1.0)))


def test_every_kind_of_number_is_looked_at_here() -> None:
    assert {name.partition(" ")[0] for name in NAMES} == {"load", "sensors", "switches", "signals", "fans", "pdus"}


@pytest.mark.parametrize("name", NAMES)
def test_a_number_is_live_up_to_its_limit_and_stale_beyond_it(name: str) -> None:
    limit_s = aged(Told().after(1.0))[name].stale_after_s
    assert 0 < limit_s <= 1800
    before, after = aged(Told().after(limit_s))[name], aged(Told().after(limit_s + 0.1))[name]
    assert (before.age_s, before.stale) == (limit_s, False)
    assert after.stale


def test_what_is_stale_is_drawn_as_nothing_that_holds_now() -> None:
    told = Told().after(1000.0)
    for tiles in (told.sensors, told.switches, told.fans, told.pdus):
        assert {tile.tone for tile in tiles} == {"unknown"}
    assert (told.switches[0].active, told.fans[0].watts, told.fans[0].proven) == (None, None, "unproven")
    assert (told.groups[0].measured_kw, told.groups[0].metered, told.humidity.max_percent) == (None, 0, None)
    assert told.fans[0].hours == 1234.5


def test_what_a_fan_did_is_not_told_as_the_reason_once_that_is_old() -> None:
    told = Told()
    reasons = ("1521 W", "7361 W, its inrush", "")
    (fan, _) = decided().fans
    of_relay = fan.model_copy(update={"watts": None, "proven": Proof.UNPROVEN, "reason": ""})
    fans = (*(fan.model_copy(update={"reason": why}) for why in reasons[:2]), of_relay)
    told.image.take_state(decided().model_copy(update={"fans": fans}))
    assert tuple(one.reason for one in told.after(0.0, speaks=False).fans) == reasons
    assert [one.reason for one in told.after(100.0, speaks=False).fans] == ["its watts are old"] * 2 + ["not read now"]


def test_a_collector_that_ends_is_offline_at_once_and_its_devices_are_read_by_nobody() -> None:
    told = Told()
    assert [one.state for one in told.after(1.0).devices] == [HealthState.OK]
    told.presence("offline")
    found = told.after(2.0)
    assert {one.name: one.state for one in found.services}["collector"] == "offline"
    assert [(one.state, one.reason) for one in found.devices] == [(HealthState.LOST, "not read: the collector is offline")]
    assert found.headline.todo == (
        "The collector is offline, and nothing is measured: it is started again by itself within 2 min; if not, type "
        '"sudo systemctl restart bitcoin-mine" on the Pi.',
    )


def test_a_controller_that_falls_silent_leaves_no_word_of_its_own_standing() -> None:
    told = Told()
    assert told.after(SILENT_TO_SEE_S, speaks=False).groups[0].states == "h"
    found = told.after(SILENT_TO_SEE_S + 0.1, speaks=False)
    assert found.state_stale
    assert (found.groups[0].states, found.pdus[0].outlets_unknown, found.fans[0].running) == ("u", 1, PowerState.UNKNOWN)
    assert (found.signals[0].effective, found.signals[0].tone, found.signals[0].level) == (
        Level.UNKNOWN,
        "unknown",
        Level.CONTROL,
    )
    assert (found.fan_stage, found.temperature.max_c, found.headline.back_at) == (None, None, None)
    assert found.headline.todo[0].startswith("Check the Pi")


def test_without_the_broker_nothing_is_the_present_and_the_devices_are_unheard() -> None:
    found = Told().after(1.0, broker=False)
    assert (found.state_stale, found.groups[0].states, found.fans[0].running) == (True, "u", PowerState.UNKNOWN)
    assert found.devices[0].reason == "not heard: the broker cannot be reached"
    assert {one.state for one in found.services if one.name != "api"} == {"unknown"}


def test_the_simulated_site_says_that_it_is_one() -> None:
    assert Told().after(1.0).simulated


def test_a_dry_contact_of_the_utility_may_be_as_old_as_its_own_setting_allows() -> None:
    told = Told()
    contact = decided().signals[0].model_copy(update={"name": "ra_switch-1"})
    told.image.take_state(decided(1001.0).model_copy(update={"signals": (contact,)}))
    found = told.after(1.0, speaks=False).signals[0]
    assert found.stale_after_s == 60 * SETTINGS.power.contact_lost_minutes


@pytest.mark.parametrize(("measured_kw", "can_come_off_kw"), [(265.0, 265.0), (900.0, 703.0), (None, 703.0)])
def test_no_more_can_come_off_than_is_on(measured_kw: float | None, can_come_off_kw: float) -> None:
    """Loads that wake count whole among those that may be taken off, and draw little yet."""
    image = Image(SETTINGS, HandClock())
    said = decided()
    load = said.load.model_copy(update={"measured_kw": measured_kw, "ready_kw": 703.0})
    image.take_state(said.model_copy(update={"load": load}))
    assert feed.build(image, SETTINGS, broker_connected=True, history="").load.ready_kw == can_come_off_kw
