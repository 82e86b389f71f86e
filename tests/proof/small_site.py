"""The small sites that are proved: two zones with two loads each, four fans, a signal page and a dry contact.

Times are few and round, so that the age of every memory falls into one of five classes: 5, 30, 60 and 600 s part them.
"""

from dataclasses import replace

from services.controller.core.plant import Fan, Feeder, Limits, Load, Pace, Source
from services.shared.vocabulary import LoadKind, OnLoss
from tests import plant

AGES_S = (5.0, 30.0, 60.0, 600.0)
HEARTBEAT_S = 600.0
FOREMAN, PDU_WEST, PDU_EAST, RELAY = "foreman", "pdu-1", "pdu-2", "relay-1"
DEVICES = (FOREMAN, PDU_WEST, PDU_EAST, RELAY)
ZONES = ("west", "east")

LOADS = (
    Load("w-1", LoadKind.FOREMAN, "rack-w", "west", 3.0, 5, None, FOREMAN, PDU_WEST, 1, False),
    Load("w-2", LoadKind.FOREMAN, "rack-w", "west", 3.0, 4, None, FOREMAN, PDU_WEST, 2, True),
    Load("e-1", LoadKind.FOREMAN, "rack-e", "east", 3.0, 5, None, FOREMAN, PDU_EAST, 1, False),
    Load("e-2", LoadKind.OUTLET, "heaters", "east", 3.0, 8, None, "", PDU_EAST, 2, False),
)


def base() -> Limits:
    """As shipped: a lost page curtails, outlets are the fallback, all fans share the building's air."""
    return replace(
        plant.limits(LOADS, fans=4),
        sources=(
            Source("utility", HEARTBEAT_S, OnLoss.CURTAIL),
            Source("contact", HEARTBEAT_S, OnLoss.CURTAIL, contact="utility-contact"),
        ),
        paces={
            FOREMAN: Pace(0.0, 40, 60.0, retry_s=5.0),
            PDU_WEST: Pace(0.0, 4, 5.0),
            PDU_EAST: Pace(0.0, 4, 5.0),
            RELAY: Pace(0.0, 1, 5.0, retry_s=1.0),
        },
        device_kinds={FOREMAN: "foreman", PDU_WEST: "snmp_pdu", PDU_EAST: "snmp_pdu", RELAY: "modbus_fans"},
        lost_after_s={FOREMAN: 60.0, PDU_WEST: 60.0, PDU_EAST: 60.0, RELAY: 60.0},
        response_deadline_s=600.0,
        thermal_soft_wait_s=60.0,
        release_s=30.0,
        restore_step_kw=3.0,
        restore_step_s=30.0,
        start_grace_s=60.0,
        temperature_lost_s=600.0,
        temperature_stale_s=60.0,
        temperature_young_s=10.0,
        zones=frozenset(ZONES),
        fan_start_spacing_s=5.0,
        fan_min_on_s=60.0,
        fan_min_off_s=60.0,
        fan_lag_s=60.0,
        fan_spin_up_s=30.0,
        interval_s=0.0,
    )


def hard() -> Limits:
    """Every declared reaction the other way: fans by zone, outlets always, a hard cut on loss, fans off on smoke, rest."""
    site = base()
    return replace(
        site,
        fans=tuple(replace(fan, zone=ZONES[i // 2]) for i, fan in enumerate(site.fans)),
        sources=(Source("utility", HEARTBEAT_S, OnLoss.HOLD), Source("contact", HEARTBEAT_S, OnLoss.RUN, "utility-contact")),
        hard_cut_on_loss=True,
        pdu_on_curtail="always",
        fans_on_smoke="off",
        meter_tolerance_kw=0.2,
        returns_per_hour=3,
        rest_s=300.0,
    )


def bounded() -> Limits:
    """With a breaker's limit, a base load that may stay on, outlets only against danger, and two loads to a stage."""
    loads = tuple(replace(load, feeders=("breaker-1",)) if i in (0, 2, 3) else load for i, load in enumerate(LOADS))
    return replace(
        base(),
        loads=loads,
        feeders=(Feeder("breaker-1", 6.0),),
        curtail_to_kw=3.0,
        pdu_on_curtail="never",
        fans_on_smoke="on",
        restore_step_kw=6.0,
        fans=(Fan(1, RELAY, True, 130.0), Fan(2, RELAY, True, 140.0), Fan(3, RELAY, False, 150.0)),
    )


def tiny() -> Limits:
    """Two loads and one fan: few enough that a walk of some inputs comes to an end."""
    site = base()
    return replace(site, loads=(LOADS[0], LOADS[3]), fans=site.fans[:1], keep_order=(0, 1), restore_step_kw=6.0)


def guarded() -> Limits:
    """As shipped, with the guard of the settlement interval, jitter and rest: figures that a walk would never see the end of."""
    return replace(base(), interval_s=900.0, restore_jitter_s=5.0, returns_per_hour=6, rest_s=900.0)


SITES = {"base": base, "hard": hard, "bounded": bounded}
DAY_SITES = SITES | {"guarded": guarded}
