"""What holds now over the API: each with its age, and never shown as the present when its owner is silent."""

from pathlib import Path
from typing import Any

import pytest

from services.api.image import STATE_STALE_S
from services.shared.messages import (
    AlarmCount,
    AlarmReport,
    AlarmState,
    ChannelHealth,
    Lease,
    LoadSummary,
    Lockout,
    MemberReport,
    OpenAlarm,
    Reported,
    Trip,
)
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import AlarmKind, HealthState, LeaseKind, LoadKind, LoadState, LoadTarget, PowerState
from tests.broker import LiveBroker
from tests.integration.api_running import die, running, state, voice
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
AT = 1_800_000_000.0
HELD = {
    "leases": (
        Lease(id="l1", kind=LeaseKind.FANS, owner="ann", reason="trial", from_at=AT, until_at=AT + 60, payload='{"kind":"fans"}'),
    ),
    "lockouts": (Lockout(target="fan-3", owner="ann", reason="belt", since_at=AT),),
    "trips": (Trip(key="stop", reason="smoke", since_at=AT),),
    "load": LoadSummary(
        measured_kw=3.5, measured_at=AT, measured_mono_s=None, target_kw=0.0, setpoint_kw=0.0, unknown_kw=12.0, nominal_kw=990.0,
        ready_kw=400.0,
    ),
}  # fmt: skip


async def test_before_anybody_spoke_everything_is_null_and_stale_and_never_empty_or_zero(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        for name in ("leases", "lockouts", "trips"):
            assert (await api.get(f"/api/v1/{name}")).body == {"stale": True, "age_s": None, name: None}
        readiness = (await api.get("/api/v1/readiness")).body
        assert (readiness["stale"], readiness["groups"]) == (True, [])
        assert {readiness[name] for name in readiness if name.endswith("_kw")} == {None}
        assert (await api.get("/api/v1/sources")).body["stale"] is True
        alarms = (await api.get("/api/v1/alarms")).body
        assert (alarms["known"], alarms["open"]) == (False, None)


async def test_what_the_controller_holds_is_told_and_stale_when_it_went(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        bus.publish(state(**HELD))

        async def told() -> Any:
            leases = (await api.get("/api/v1/leases")).body
            return leases if leases["leases"] else None

        leases = await until(told)
        assert (leases["stale"], leases["leases"][0]["id"]) == (False, "l1")
        assert (await api.get("/api/v1/lockouts")).body["lockouts"][0]["target"] == "fan-3"
        assert (await api.get("/api/v1/trips")).body["trips"][0]["key"] == "stop"
        readiness = (await api.get("/api/v1/readiness")).body
        assert (readiness["ready_kw"], readiness["unknown_kw"]) == (400.0, 12.0)
        assert readiness["measured_kw"] is None, "nobody knows when it was measured"
        source = (await api.get("/api/v1/sources")).body["sources"][0]
        assert (source["name"], source["in_service"], source["effective"]) == ("utility", True, "control")
        assert source["age_s"] is not None
        die(bus)

        async def silent() -> Any:
            readiness = (await api.get("/api/v1/readiness")).body
            return readiness if readiness["stale"] else None

        assert (await until(silent))["ready_kw"] is None
        assert (await api.get("/api/v1/trips")).body["stale"] is True


async def test_the_detailed_state_is_stale_when_the_broker_is_gone(tmp_path: Path, own_broker: LiveBroker, site: str) -> None:
    broker = own_broker
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        bus.publish(state())

        async def told() -> Any:
            detail = (await api.get("/api/state")).body
            return detail if detail["state"] else None

        assert (await until(told))["stale"] is False
        broker.stop()
        await until(lambda: not api.bus.connected)
        detail = (await api.get("/api/state")).body
        assert (detail["stale"], detail["age_s"] < STATE_STALE_S) == (True, True)
        broker.start()


async def test_the_loads_are_told_in_the_order_of_the_letters_of_the_feed(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    loads = tuple(
        LoadRow(f"m-{n}", LoadKind.OUTLET, "a", "hall", 3.3, pdu=f"pdu-{3 - n}", outlet=1) for n in range(1, 3)
    )  # fmt: skip
    async with (
        running(tmp_path, broker.settings("api"), site, loads=loads) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
    ):
        before = (await api.get("/api/v1/loads")).body
        assert (before["stale"], [one["name"] for one in before["loads"]]) == (True, ["m-2", "m-1"])
        bus.publish(state())
        member = MemberReport(
            name="m-1", target=LoadTarget.SLEEP, state=LoadState.ASLEEP, outlet=PowerState.ON, watts=None, watts_mono_s=None
        )
        bus.publish(Reported(subject=("a",), group="a", members=(member,)))

        async def told() -> Any:
            found = (await api.get("/api/v1/loads")).body
            return found if found["loads"][1]["state"] == "asleep" else None

        found = await until(told)
        assert (found["stale"], found["loads"][0]["state"], found["loads"][0]["target"]) == (False, "unknown", "unknown")
        assert (await api.get("/dashboard_data.json")).body["groups"][0]["states"] == "ua"


async def test_open_alarms_are_told_with_who_has_seen_them(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    alarm = OpenAlarm(
        key="door", kind=AlarmKind.WARNING, active=True, cause="door is open", consequence="", action="", since_at=AT,
        ended_at=None, acknowledged_by="", receipts=(),
    )  # fmt: skip
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "notifier", site) as bus:
        bus.publish(AlarmState(alarms=(alarm,), channels=()))

        async def told() -> Any:
            alarms = (await api.get("/api/v1/alarms")).body
            return alarms if alarms["known"] else None

        alarms = await until(told)
        assert (alarms["open"], alarms["unacknowledged"], alarms["alarms"][0]["key"]) == (1, 1, "door")


async def test_how_the_alarms_do_is_unknown_until_the_notifier_says_it(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    count = AlarmCount(key="door", count=3)
    report = AlarmReport(
        from_at=AT - 30 * 86_400, until_at=AT, days=30.0, raised=12, per_10_minutes=12 / 4_320, worst_10_minutes=3,
        flood_minutes=0.0, chattering=(), most_frequent=(count,), standing=(AlarmCount(key="door", count=1, seconds=60.0),),
        stale=(), acknowledged=11, never_acknowledged=1, acknowledged_within_s=95.0, priorities=(count,),
    )  # fmt: skip
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "notifier", site) as bus:
        unknown = (await api.get("/api/v1/alarms/report")).body
        assert unknown.pop("known") is False
        assert set(unknown.values()) == {None}
        bus.publish(report)

        async def told() -> Any:
            figures = (await api.get("/api/v1/alarms/report")).body
            return figures if figures["known"] else None

        figures = await until(told)
        assert {name: figures[name] for name in ("raised", "per_10_minutes", "never_acknowledged", "clock_trusted")} == {
            "raised": 12, "per_10_minutes": 12 / 4_320, "never_acknowledged": 1, "clock_trusted": True,
        }  # fmt: skip
        assert figures["standing"] == [{"key": "door", "count": 1, "seconds": 60.0}]
        die(bus)

        async def silent() -> Any:
            figures = (await api.get("/api/v1/alarms/report")).body
            return None if figures["known"] else figures

        assert (await until(silent))["raised"] == 12, "what it said last, and that it is silent"


async def test_the_ways_to_people_are_told_with_their_last_test(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    sms = ChannelHealth(
        name="sms", state=HealthState.OK, reason="", waiting=0, last_delivered_at=AT, tested_at=AT, test="SM1 queued"
    )
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "notifier", site) as bus:
        assert (await api.get("/api/v1/channels")).body == {"known": False, "channels": []}
        bus.publish(AlarmState(alarms=(), channels=(sms,)))

        async def told() -> Any:
            channels = (await api.get("/api/v1/channels")).body
            return channels if channels["known"] else None

        assert (await until(told))["channels"] == [sms.model_dump(mode="json")]


async def test_the_statistics_of_commands_stand_under_both_addresses(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        for path in ("/api/commands", "/api/v1/commands"):
            assert (await api.get(path)).body["rows"] == []
            assert (await api.get(f"{path}/recent")).body == {"commands": []}
