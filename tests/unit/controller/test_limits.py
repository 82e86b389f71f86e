"""From keys to limits: seconds, kilowatts, and no path that was not configured."""

from dataclasses import replace
from itertools import pairwise

import pytest
from pydantic import SecretStr

from services.controller.limits import acting_devices, limits_from
from services.shared.settings.sections import Apis, Fans, Foreman, HttpLoads, Power, SignalSource
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import Control, LoadKind, OnLoss

ROW = LoadRow("m-1", LoadKind.FOREMAN, "rack", "hall", 3.3, foreman_id=7, pdu="pdu-1", outlet=3)
WIRED = Apis(foreman_api="https://api.foreman.mn", pdu_ip=("10.0.0.1", "10.0.0.2"), fan_relay_ip=("10.0.0.3",))
KEYED = Foreman(api_key=SecretStr("k"), client_id=1)


def test_a_fresh_install_observes_and_acts_on_nothing():
    limits = limits_from(Settings())
    assert limits.control is Control.OBSERVE
    assert (limits.loads, limits.fans, limits.paces) == ((), (), {})


def test_minutes_become_seconds_and_percent_becomes_kw():
    power = Power(response_deadline_minutes=5, meter_tolerance_percent=10, restore_step_percent=50)
    limits = limits_from(Settings(power=power, loads=(ROW, replace(ROW, name="m-2", outlet=4))))
    assert limits.response_deadline_s == 300.0
    assert limits.meter_tolerance_kw == pytest.approx(0.66)
    assert limits.restore_step_kw == pytest.approx(3.3)


def test_a_stage_is_never_smaller_than_the_largest_load():
    limits = limits_from(Settings(power=Power(restore_step_percent=1), loads=(ROW,)))
    assert limits.restore_step_kw == 3.3


@pytest.mark.parametrize(
    ("settings", "device"),
    [
        (Settings(apis=WIRED, foreman=KEYED, loads=(ROW,)), "foreman"),
        (Settings(apis=WIRED, loads=(ROW,)), ""),
        (Settings(apis=WIRED, foreman=KEYED, loads=(replace(ROW, foreman_id=None),)), ""),
        (Settings(loads=(replace(ROW, kind=LoadKind.HTTP, section="hall"),)), "http-hall"),
        (Settings(apis=WIRED, foreman=KEYED, loads=(replace(ROW, kind=LoadKind.OUTLET),)), ""),
    ],
    ids=["foreman", "no key", "no id", "http", "outlet alone"],
)
def test_a_load_has_the_soft_path_that_is_set_up(settings, device):
    assert limits_from(settings).loads[0].soft_device == device


def test_devices_are_named_by_their_place_and_each_has_its_pace():
    settings = Settings(apis=WIRED, foreman=KEYED, http_loads={"hall": HttpLoads()})
    assert list(acting_devices(settings)) == ["foreman", "pdu-1", "pdu-2", "relay-1", "http-hall"]
    paces = limits_from(settings).paces
    assert paces["foreman"].interval_s >= 1.0
    assert (paces["pdu-1"].interval_s, paces["pdu-1"].in_flight) == (0.5, 1)
    assert paces["http-hall"].interval_s == 0 and paces["http-hall"].in_flight >= 300
    assert set(limits_from(settings).lost_after_s) == set(paces)


@pytest.mark.parametrize(
    ("wiring", "wired"),
    [((), [False] * 3), (("nc",), [True] * 3), (("nc", "unset", "no"), [True, False, True]), (("no",), [True] * 3)],
)
def test_a_fan_without_wiring_is_read_and_never_switched(wiring, wired):
    fans = limits_from(Settings(apis=WIRED, fans=Fans(count=3, wiring=wiring))).fans
    assert [one.wired for one in fans] == wired


def test_every_fans_lease_has_a_length_of_its_own():
    leases = [one.lease_s for one in limits_from(Settings(apis=WIRED, fans=Fans(wiring=("nc",)))).fans]
    assert len(set(leases)) == 9 and min(b - a for a, b in pairwise(leases)) == 10.0


def test_a_source_says_itself_what_its_loss_means_else_the_site_does():
    signals = {"utility": SignalSource(), "radio": SignalSource(on_loss=OnLoss.RUN, heartbeat_minutes=2)}
    limits = limits_from(Settings(signals=signals, power=Power(signal_on_loss=OnLoss.HOLD)))
    assert [(one.name, one.on_loss, one.heartbeat_s) for one in limits.sources] == [
        ("utility", OnLoss.HOLD, 900.0), ("radio", OnLoss.RUN, 120.0),
    ]  # fmt: skip


def test_the_most_important_and_most_efficient_loads_are_kept_longest():
    rows = (
        replace(ROW, name="old", priority=5), replace(ROW, name="new", priority=5, efficiency_j_th=18.0),
        replace(ROW, name="fan", priority=1), replace(ROW, name="toy", priority=9, efficiency_j_th=15.0),
    )  # fmt: skip
    limits = limits_from(Settings(loads=rows))
    assert [limits.loads[i].name for i in limits.keep_order] == ["fan", "new", "old", "toy"]
