"""Every rule on load, as a table: each a small function of what was judged, returning ceilings, holds and loads held down.

The lowest ceiling in a scope wins; order only breaks ties. A hold never lowers: it only says how far load may be raised.
The operator's table of rules is made from these functions and their first lines.
"""

from collections.abc import Callable

from services.controller.core import interlocks, loads
from services.controller.core.memory import Cause, State
from services.controller.core.plant import SITE, Feeder, Limits, feeder_scope
from services.controller.core.verdicts import Verdicts
from services.controller.core.wanted import Ceiling, Says
from services.shared.vocabulary import RuleKind

Rule = Callable[[State, Verdicts, Limits], Says]


def trips(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """A latched trip (too hot, smoke, flood, stop button): nothing runs in its scope until a person resets it."""
    return Says(interlocks.trip_ceilings(verdicts.trips))


def lock_outs(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """What a person locked out stays down, over every restart, until a person removes the lock-out."""
    return Says(down=loads.locked_out(state, limits))


def airflow(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """Fans that do not run: heat goes where too little air is left, and nothing is raised beyond what proven fans carry."""
    return Says(verdicts.air.ceilings, verdicts.air.holding)


def temperature(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """Too warm, or no temperature at all: the zone's load goes in stages; nothing is raised where no temperature is fresh."""
    return Says(verdicts.thermal.ceilings, verdicts.thermal.holding)


def signals(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """Every power signal, contact and forced signal: any that asks curtails; what its loss leads to is configured."""
    return Says(verdicts.signal.ceilings, verdicts.signal.holding)


def schedules(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """Control hours known in advance; nothing is raised while the clock that they need is not trusted."""
    return Says(verdicts.schedule.ceilings, verdicts.schedule.holding)


def worst_interval(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """More is shed in time for the settlement interval that runs to stay within the target of the event."""
    return Says(verdicts.interval.ceilings)


def rest(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """Load that came back too often within the hour rests: whatever chatters must not wear out power supplies."""
    return Says(holding=verdicts.rest)


def leases(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """What a lease or a drill sends to sleep stays down until its end; a lease to wake takes back its owner's own."""
    return Says(down=loads.leased_down(state, limits))


def site_limit(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """The breaker's or the contract's limit of the whole site."""
    if limits.site_limit_kw is None:
        return Says()
    reason = f"site limit {limits.site_limit_kw:.0f} kW"
    return Says((Ceiling(RuleKind.SITE_LIMIT, "site limit", limits.site_limit_kw, reason, Cause.LIMIT, SITE),))


def feeders(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """Every breaker and feeder: the loads behind it together never get more than it carries."""
    return Says(tuple(_carried(one) for one in limits.feeders if feeder_scope(one.name) in limits.scope_kw))


def _carried(feeder: Feeder) -> Ceiling:
    name, kw = f"feeder {feeder.name}", feeder.limit_kw
    return Ceiling(RuleKind.FEEDER, name, kw, f"{name} carries {kw:.0f} kW", Cause.LIMIT, feeder_scope(feeder.name))


RULES: tuple[Rule, ...] = (
    trips, lock_outs, airflow, temperature, signals, schedules, worst_interval, rest, leases, site_limit, feeders,
)  # fmt: skip


def ask(state: State, verdicts: Verdicts, limits: Limits) -> Says:
    """What all rules say together."""
    said = [rule(state, verdicts, limits) for rule in RULES]
    return Says(
        ceilings=tuple(ceiling for one in said for ceiling in one.ceilings),
        holding=tuple(hold for one in said for hold in one.holding),
        down=frozenset().union(*(one.down for one in said)),
    )
