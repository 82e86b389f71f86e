"""What must hold at every step, whatever happens: each invariant a sentence for the operator and a function that judges a step.

They judge by definition from what was seen, remembered, decided and ordered; they call nothing of the core that they guard.
"""

from collections.abc import Callable, Mapping

from services.simulator.invariants import air, latches, load, orders, raising, truth
from services.simulator.twin.step import Step

Invariant = Callable[[Step], str | None]

INVARIANTS: Mapping[str, tuple[Invariant, ...]] = {
    "Load comes off": (
        load.nothing_runs_against_a_trip,
        load.nothing_runs_in_smoke_or_water,
        load.heat_takes_load_off,
        load.a_blind_zone_is_shut_down,
        load.a_control_is_obeyed,
        load.a_lost_signal_curtails,
        load.what_a_person_holds_down_stays_down,
        load.a_forced_signal_is_obeyed,
        load.breakers_and_the_contract_are_kept,
        load.the_lowest_ceiling_is_in_force,
    ),
    "Load comes back": (
        raising.nothing_is_raised_on_a_silent_signal,
        raising.nothing_is_raised_in_a_blind_zone,
        raising.nothing_is_raised_on_an_old_temperature,
        raising.nothing_is_raised_where_air_is_unproven,
        raising.load_returns_in_stages,
        raising.load_that_came_back_too_often_rests,
        raising.no_order_wakes_what_might_not_be_raised,
        load.the_start_adopts_and_wakes_nobody,
    ),
    "Air": (
        air.proven_air_is_measured,
        air.most_fans_broken_stops_their_load,
        air.load_has_a_fan,
        air.heat_and_blindness_ask_for_all_fans,
        air.the_highest_floor_is_kept,
        air.fan_starts_are_spaced,
        air.a_fan_runs_its_dwell_time,
        air.fans_are_lowered_on_new_temperatures_alone,
        air.a_locked_out_fan_never_starts,
    ),
    "Truth": (
        truth.every_decision_has_a_reason,
        truth.unknown_is_never_off,
        truth.measured_is_what_a_fresh_meter_says,
        truth.proven_is_measured_after_the_ask,
        truth.curtailed_says_how_it_is_known,
        truth.trips_and_controls_are_alarms,
    ),
    "Memory": (
        latches.a_trip_ends_only_by_a_reset,
        latches.a_lockout_ends_only_by_its_removal,
        latches.every_hold_has_an_owner_and_an_end,
        latches.out_of_service_has_an_owner_and_an_end,
        latches.a_silent_source_keeps_its_level,
    ),
    "Orders": (
        orders.orders_follow_the_wanted_state,
        orders.an_order_goes_where_it_may,
        orders.no_two_orders_at_once,
        orders.a_fan_stops_only_on_a_lease,
        orders.an_outlet_opens_only_for_its_causes,
    ),
}
"""Every invariant, by what it is about."""

_ALL = tuple(invariant for group in INVARIANTS.values() for invariant in group)
_OF_ORDERS = (*INVARIANTS["Orders"], raising.no_order_wakes_what_might_not_be_raised)


def violations(step: Step) -> tuple[str, ...]:
    """What is broken at a step, each as "invariant: what was found"; empty when nothing is.

    A step that only sends more by the decision before it is judged by its orders alone.
    """
    judged = _OF_ORDERS if step.before is step.decision.state else _ALL
    return tuple(f"{one.__name__.replace('_', ' ')}: {found}" for one in judged if (found := one(step)) is not None)
