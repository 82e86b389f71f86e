"""The ten release gates of the field lessons, by name: what no comparable system was found to pass, ours must on every commit."""

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.controller.core.orders import Act
from services.controller.core.plant import Limits, Pace, Schedule, Source
from services.shared.messages import Alarm, Event, State
from services.shared.vocabulary import CommandPhase, HealthState, Level, LoadTarget, Mode, OnLoss, PowerState
from tests.broker import LiveBroker
from tests.field_lessons.field import Field, thirty
from tests.field_lessons.on_the_bus import Persons, corrupted, on_the_bus
from tests.integration.dying_site import DyingSite, small_site
from tests.integration.test_notifier import notifier, people
from tests.plant import limits, load
from tests.unit.controller.parts import WALL_S, Controller
from tests.unit.controller.test_loop import commands, read_back, utility
from tests.waiting import until

CHICAGO = ZoneInfo("America/Chicago")
RUN, SLEEP = LoadTarget.RUN, LoadTarget.SLEEP


# 1. Kill any process at random instants: the final state is identical. Whole processes: tests/end_to_end/test_kills.py; every
# write of the ledger: tests/integration/test_durability.py.


def short_event() -> Limits:
    """Six miners, of which Foreman's word moves none, so that outlets open; waits of seconds."""
    changes = {
        "response_deadline_s": 80.0, "start_grace_s": 10.0, "release_s": 10.0, "restore_step_kw": 6.0, "restore_step_s": 10.0,
        "fan_lag_s": 20.0, "fan_min_on_s": 10.0, "fan_min_off_s": 10.0, "fan_spin_up_s": 3.0, "fan_start_spacing_s": 4.0,
        "interval_s": 60.0,
        "paces": {"foreman": Pace(0.5, 40, 30.0, retry_s=4.0), "pdu-1": Pace(0.5, 1, 5.0), "relay-1": Pace(0.05, 1, 5.0)},
        "device_kinds": {"foreman": "foreman", "pdu-1": "snmp_pdu", "relay-1": "modbus_fans"},
    }  # fmt: skip
    return limits(tuple(load(i) for i in range(6)), fans=3, **changes)


ASKED_S, RELEASED_S, ENDS_S = 40.0, 140.0, 250.0


def turn(field: Field) -> None:
    """The utility's day."""
    field.levels["utility"] = Level.CONTROL if ASKED_S <= field.now_s < RELEASED_S else Level.NORMAL


def end_of(field: Field, expected: tuple[object, ...] = ()) -> tuple[object, ...]:
    """How the event ended, at the latest at the end of the day: what is wanted, and where everything stands."""

    def stands() -> tuple[object, ...]:
        assert field.decision is not None
        return field.state.mode, field.decision.targets.loads, field.kw(), sorted(field.opened)

    while field.now_s < ENDS_S and stands() != expected:
        turn(field)
        field.step()
    return stands()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("part", range(4))
def test_gate_1_killed_at_every_decision_of_an_event_the_end_is_the_same(part: int) -> None:
    straight = Field(short_event(), liars={"foreman"})
    forks: list[Field] = []
    while straight.now_s < RELEASED_S + 50.0:
        turn(straight)
        fork = straight.fork()
        straight.step()
        forks.append(fork)
    expected = end_of(straight)
    assert expected[0] is Mode.NORMAL and expected[2] == 18.0 and len(forks) > 150
    late_s = 0.0
    for number, fork in enumerate(forks[part::4]):
        turn(fork)
        fork.step(send=bool(number % 4))
        killed_s = fork.now_s
        fork.kill()
        running = {one.target for at, one in fork.sent(Act.WAKE, Act.OUTLET_ON)}
        while fork.now_s < RELEASED_S:
            turn(fork)
            fork.step()
        if killed_s < RELEASED_S:
            assert fork.kw() == 0.0, f"killed at {killed_s}: {fork.kw()} kW are on when the event ends"
            woken = {one.target for at, one in fork.sent(Act.WAKE, Act.OUTLET_ON)} - running
            assert not woken, f"killed at {killed_s}: {woken} were woken in the event"
        assert end_of(fork, expected) == expected, f"killed at {killed_s}"
        late_s = max(late_s, max(at for at, _ in fork.sent(Act.OUTLET_OFF)) - ASKED_S)
    assert late_s <= 80.0, "the last outlet is told to open within the deadline, whenever the controller was killed"


# 2. Freeze the collector. The real one is frozen in tests/end_to_end/test_curtailment.py.


def test_gate_2_what_a_frozen_collector_said_grows_old_and_leads_to_the_declared_reactions() -> None:
    site = limits(
        fans=3, sources=(Source("utility", 300.0, OnLoss.CURTAIL),), temperature_stale_s=60.0, temperature_lost_s=3600.0
    )
    field = Field(site)
    field.until(400.0)
    field.sensing = False
    frozen_s = field.now_s
    decision = field.until(frozen_s + 55.0)
    assert set(decision.targets.loads) == {RUN} and PowerState.OFF in decision.targets.fans, "nothing is stale yet"
    decision = field.until(frozen_s + 100.0)
    assert set(decision.targets.fans) == {PowerState.ON}, "no temperature is fresh: all fans"
    assert decision.temperature_max_c is None and set(decision.targets.loads) == {RUN}
    decision = field.until(frozen_s + 310.0)
    assert set(decision.targets.loads) == {SLEEP} and decision.state.mode is Mode.FAILSAFE
    assert "signal_lost_utility" in field.alarms()
    field.until(frozen_s + 2000.0)
    assert not field.sent(Act.OUTLET_OFF), "a loss of the signal opens no outlet under load"


# 3. The wall clock.


def seen_of(field: Field) -> tuple[object, ...]:
    """All that a decision wants and says of load, in the order of the rules."""
    decision = field.decision
    assert decision is not None
    said = [(one.rule, one.scope, one.kw) for one in decision.ceilings]
    return decision.targets, decision.state.mode, decision.limited_by, said, [one.key for one in decision.alarms]


def utilitys_day(wall_0: float) -> Field:
    """A contract with hours of its own, a second source, and a planned event that runs for twenty minutes."""
    peak = Schedule("peak", frozenset(range(7)), 14 * 60, 19 * 60, 24.0)
    sources = (Source("utility", 900.0, OnLoss.CURTAIL), Source("iso", 900.0, OnLoss.CURTAIL))
    site = limits(schedules=(peak,), timezone=CHICAGO, sources=sources)
    field = Field(site, wall_0=wall_0, levels={"utility": Level.NORMAL, "iso": Level.NORMAL})
    field.said["iso"] = {"from_at": wall_0 + 600.0, "until_at": wall_0 + 1800.0, "event_id": "e-1", "target_kw": 12.0}
    field.levels["iso"] = Level.CONTROL
    return field


def lived_twice(one: Field, other: Field, jump_s: float, jump_at_s: float) -> None:
    """Two fields side by side, the clock of one of them jumping until shortly before the event ends: they never differ."""
    for second in range(0, 2000, 5):
        level = Level.CONTROL if 900 <= second < 1500 else Level.NORMAL
        for field in (one, other):
            field.levels["utility"] = level
            field.until(float(second))
        other.jump_s = jump_s if jump_at_s <= second < 1790 else 0.0
        assert seen_of(other) == seen_of(one), f"they differ at {second} s"
    assert one.wire == other.wire


@pytest.mark.parametrize("jump_at_s", [300.0, 1000.0], ids=["before it begins", "in the middle"])
@pytest.mark.parametrize("days", [14, -14])
def test_gate_3_a_wall_clock_that_jumps_by_two_weeks_in_an_event_changes_no_decision(days: int, jump_at_s: float) -> None:
    at = datetime(2026, 7, 8, 15, 0, tzinfo=CHICAGO).timestamp()
    one, other = utilitys_day(at), utilitys_day(at)
    lived_twice(one, other, days * 86_400.0, jump_at_s)
    assert [order for _, order in one.sent(Act.SLEEP)] and one.kw() < 30.0


@pytest.mark.parametrize("day", [(2026, 11, 1), (2027, 3, 14)], ids=["autumn", "spring"])
def test_gate_3_an_event_over_a_change_of_clocks_is_decided_as_on_any_other_night(day: tuple[int, int, int]) -> None:
    change = datetime(*day, 1, 59, 59, tzinfo=CHICAGO).timestamp() + 1.0
    usual = datetime(2026, 7, 8, 2, 0, tzinfo=CHICAGO).timestamp()
    one, other = utilitys_day(usual - 1200.0), utilitys_day(change - 1200.0)
    lived_twice(one, other, 0.0, float("inf"))
    assert len({order.target for _, order in one.sent(Act.SLEEP)}) == 10


# 4. Foreman answers 200 to every stop and no miner stops. All services: tests/end_to_end/test_curtailment.py.


@pytest.mark.parametrize("foreman_per_s", [1.0, 4.0])
def test_gate_4_foreman_says_okay_and_no_miner_stops_the_outlets_keep_the_contracts_deadline(foreman_per_s: float) -> None:
    site = thirty()
    site = replace(site, paces={**site.paces, "foreman": replace(site.paces["foreman"], interval_s=1 / foreman_per_s)})
    field = Field(site, liars={"foreman"})
    asked_s = field.until(300.0) and field.now_s
    field.levels["utility"] = Level.CONTROL
    field.until(asked_s + site.response_deadline_s - site.hard_path_s - 20.0)
    assert len(field.sent(Act.SLEEP)) >= 30 and not field.sent(Act.OUTLET_OFF), "sleep is tried first"
    told: set[str] = set()
    while field.now_s < asked_s + site.response_deadline_s:
        decision = field.step()
        told |= {cause for key, cause in field.alarms().items() if key == "load_still_on"}
    assert decision.load.measured_kw == field.kw() == 0.0, "off, and seen off by a meter, at the deadline"
    assert decision.load.proven and decision.state.mode is Mode.CURTAILED
    for pdu in ("pdu-1", "pdu-2"):
        moments = [at for at, order in field.sent(Act.OUTLET_OFF) if order.device == pdu]
        assert len(moments) == 15 and min(b - a for a, b in pairwise(moments)) >= 0.5, "one at a time"
    assert any("Foreman" in cause and "90 kW" in cause for cause in told)


# 5. A fan contactor that is stuck off. With all that may follow: tests/scenarios/test_zones.py, test_scopes_and_ramp.py.


def test_gate_5_a_contactor_stuck_off_in_a_restore_keeps_its_zone_off_and_the_rest_returns_with_one_alarm() -> None:
    loads = tuple(load(i, zone="east" if i < 5 else "west") for i in range(10))
    base = limits(loads, fans=4, zones=frozenset({"east", "west"}), restore_step_kw=6.0)
    kinds = {**base.device_kinds, "relay-1": "modbus_fans"}
    fans = tuple(replace(one, zone="east" if one.number < 3 else "west") for one in base.fans)
    field = Field(replace(base, fans=fans, device_kinds=kinds, lost_after_s={**base.lost_after_s, "relay-1": 120.0}))
    field.until(400.0)
    field.levels["utility"] = Level.CONTROL
    field.until(1200.0)
    assert field.kw() == 0.0 and len(field.fans_off) == 4
    field.levels["utility"], field.stuck_fans = Level.NORMAL, {1}
    rested = tuple(replace(one, hours=0.0 if n == 1 else 50.0) for n, one in enumerate(field.state.fans, 1))
    field.state = replace(field.state, fans=rested)  # the stuck one is asked first
    told: dict[str, set[str]] = {}
    while field.now_s < 2400.0:
        field.step()
        for key, cause in field.alarms().items():
            told.setdefault(key, set()).add(cause)
    assert field.decision is not None
    assert field.decision.targets.loads == (SLEEP,) * 5 + (RUN,) * 5
    assert field.kw() == 15.0, "the west is back, no miner of the east was woken"
    assert told.keys() - {"signal_utility"} == {"fans_disproved"}
    assert field.decision.limited_by == "airflow"


# 6. The broker comes back with a damaged file. All services, with a broker that is killed: tests/end_to_end/test_curtailment.py.


@pytest.mark.asyncio
async def test_gate_6_a_broker_back_with_a_corrupted_file_holds_the_curtailment_and_replays_no_command(
    own_broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with on_the_bus(own_broker, site, tmp_path) as mine, Persons(own_broker, site) as person:
        read_back(mine, asleep=False)
        person.signal(Level.CONTROL, mine.clock.mono_s)
        assert (await person.ask("lockout", {"target": "m-3"})).accepted
        assert (await person.ask("unlock", {"target": "m-3"})).accepted
        await mine.all_sent(10)
        read_back(mine, asleep=True)
        mine.wake.urgently()
        await until(lambda: mine.bus.of(State)[-1].mode is Mode.CURTAILED)
        audits = [one.title for one in mine.bus.of(Event) if one.kind == "audit"]
        own_broker.stop()
        corrupted(own_broker)
        own_broker.start()
        await until(lambda: mine.live.connected and person.live.connected, 20, "all are back on the bus")
        for _ in range(5):
            mine.clock.mono_s += 1.0
            assert (await mine.ask("cycle")).accepted
        await until(lambda: person.heard and person.heard[-1].mode is Mode.CURTAILED, what="the state is told again")
        assert [one.act for one in mine.drivers["foreman"].sent] == [Act.SLEEP] * 10
        assert [one.title for one in mine.bus.of(Event) if one.kind == "audit" and "cycle" not in one.title] == audits
        assert not mine.bus.of(State)[-1].lockouts


# 7. Telegram down, e-mail slow.


@pytest.mark.asyncio
async def test_gate_7_telegram_down_and_mail_slow_the_emergency_is_an_sms_at_once_and_one_message_when_telegram_returns(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those):
        those.faults.set("telegram", "error")
        those.faults.set("smtp", "slow", 6.0)
        those.say("smoke")
        await until(lambda: those.got("sms"), 5.0, "the SMS, of three minutes that it may take")
        assert those.got("telegram") == those.got("email") == []
        await until(lambda: (health := those.health("telegram")) and health.state is HealthState.LOST)
        for _ in range(5):
            those.say("smoke")
        those.faults.clear()
        await until(lambda: those.got("telegram") and those.got("email"), 15.0, "the others when they can")
        await until(lambda: those.receipts("smoke").count("accepted") == 3, what="three receipts of one alarm")
        assert [len(those.got(name)) for name in ("telegram", "email", "sms")] == [1, 1, 1]
        assert those.got("telegram") == [f"[{site}] EMERGENCY: smoke is bad"]
        assert [alarm.key for alarm in those.states[-1].alarms] == ["smoke"]


# 8. The card is full. What history then drops first: tests/unit/api/test_buffer.py.


@pytest.mark.asyncio
async def test_gate_8_a_full_card_leaves_control_as_it_is_warns_and_keeps_the_evidence_of_the_event(tmp_path: Path) -> None:
    async with Controller(tmp_path) as site:
        await until(lambda: site.bus.of(State))
        database = site.ledger._held.db
        await site.ledger._run(lambda: database.execute("PRAGMA max_page_count = 1").fetchone())
        read_back(site, asleep=False)
        utility(site, Level.CONTROL)
        for number in range(1, 11):
            await until(lambda number=number: len(site.drivers["foreman"].sent) >= number, what=f"order {number}")
            site.clock.mono_s += 1.0
            site.wake.urgently()
        await until(lambda: site.loop.storage_fault)
        assert "full" in str(site.loop.storage_fault)
        (warning,) = [one for one in site.bus.of(Alarm) if one.key == "ledger" and one.active]
        assert "database or disk is full" in warning.cause
        read_back(site, asleep=True)
        site.wake.urgently()
        await until(lambda: site.bus.of(State)[-1].mode is Mode.CURTAILED, what="curtailed and proven on a full card")
        await site.ledger._run(lambda: database.execute("PRAGMA max_page_count = 1000000").fetchone())
        site.clock.mono_s += 1.0
        assert (await site.ask("cycle")).accepted
        await until(lambda: site.loop.storage_fault is None)
        kept = await site.ledger.unconfirmed(0, limit=1000)
        lives = [(one.target, one.phase) for one in kept if one.kind == "command"]
        for phase in (CommandPhase.SENT, CommandPhase.CONFIRMED):
            assert len([one for one in lives if one[1] is phase]) == 10, f"every order is on the card as {phase.value}"
        assert lives == commands(site) and [one.title for one in kept if one.kind == "transition"][-1].endswith("curtailed")


# 9. Two sources disagree.


def test_gate_9_two_sources_that_disagree_for_ten_minutes_curtail_once_with_one_alarm_that_names_both() -> None:
    sources = (Source("utility", 900.0, OnLoss.CURTAIL), Source("iso", 900.0, OnLoss.CURTAIL))
    field = Field(thirty(sources=sources), levels={"utility": Level.NORMAL, "iso": Level.NORMAL})
    field.until(300.0)
    field.levels["utility"] = Level.CONTROL
    transitions, before = 0, field.until(300.0).targets.loads
    modes: list[Mode] = []
    causes: set[str] = set()
    while field.now_s < 910.0:
        decision = field.step()
        transitions += decision.targets.loads != before
        before = decision.targets.loads
        modes += [decision.state.mode] if not modes or modes[-1] is not decision.state.mode else []
        causes |= {f"{one.key}: {one.cause} {one.consequence}" for one in decision.alarms}
    assert transitions <= 1 and set(before) == {SLEEP}
    assert modes[-2:] == [Mode.CURTAILING, Mode.CURTAILED] and len(modes) <= 3 and field.kw() == 0.0
    (alarm,) = causes
    assert alarm.startswith("signal_utility: ") and "iso says normal since" in alarm
    assert not field.sent(Act.WAKE)


# 10. A forced state ends by itself.


@pytest.mark.asyncio
async def test_gate_10_a_forced_state_that_ends_with_nobody_there_is_released_in_stages_logged_and_reported(
    tmp_path: Path,
) -> None:
    lease = {"kind": "miners", "action": "sleep", "members": ["all"], "minutes": 1}
    site = DyingSite(tmp_path, lambda _: Level.NORMAL, {1020.0: ("lease", json.dumps(lease))}, small_site())
    told: list[tuple[float, bool, int, float]] = []

    def looked() -> bool:
        if site.controller is not None and site.state is not None:
            told.append((site.plant.now_s, site.state.forced, len(site.plant.asleep), site.state.load.setpoint_kw))
        return False

    await site.live_until(1200.0, done=looked)
    assert (6 in {asleep for _, forced, asleep, _ in told if forced}) and not site.deaths
    rises = sorted(at for at, _ in site.plant.rises)
    assert rises[0] >= 1080.0 and len(rises) == 6, "all are back, and none before the end"
    stages = [kw for at, _, _, kw in told if at > 1070.0]
    assert max(after - before for before, after in pairwise(stages)) <= 6.0, "in stages"
    assert {forced for at, forced, _, _ in told if at > 1084.0} == {False}, "reported as over"
    assert site.controller is not None
    events = [one for one in site.controller.bus.of(Event) if one.happened_at - WALL_S > 1079.0 and one.ledger_seq]
    (over,) = [one for one in events if one.kind == "transition" and one.title == "manual to restoring"]
    assert over.reasons
    assert {one.target for one in events if one.kind == "command" and one.act == "wake"} == {f"m-{i}" for i in range(6)}
