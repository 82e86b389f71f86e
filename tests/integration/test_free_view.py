"""With `view = free` everybody sees what the site does, and nobody learns who asked for it; who is known does."""

import asyncio
from pathlib import Path

import pytest

from services.api.login import hashes
from services.api.login.access_file import Access, TokenRecord
from services.api.login.person import Role
from services.shared import whole_file
from services.shared.clock import Clock
from services.shared.messages import AlarmState, Event, Lease, Lockout, OpenAlarm, Trip
from services.shared.vocabulary import AlarmKind, LeaseKind
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, state, voice
from tests.integration.test_api import is_problem
from tests.waiting import until

pytestmark = pytest.mark.asyncio
ANN, BEN, ALICE = "ann (session, 192.168.1.7)", "Benedikt", "alice (telegram)"
NAMES = ("ann ", "192.168.1.7", BEN, "alice")
PATHS = (
    "/api/status", "/api/state", "/dashboard_data.json", "/plain", "/api/v1/leases", "/api/v1/lockouts", "/api/v1/trips",
    "/api/v1/alarms", "/api/v1/events", "/api/v1/events.csv", "/api/v1/decisions", "/api/v1/state-rows", "/api/v1/state-rows.csv",
    "/api/v1/why", "/api/v1/alarms/history", "/api/v1/alarms/report", "/api/v1/channels",
    "/api/v1/loads",
)  # fmt: skip
TELLING = ("/api/state", "/dashboard_data.json", "/api/v1/leases", "/api/v1/alarms", "/api/v1/events", "/api/v1/why")
"""Where who is known finds the names."""


def said() -> tuple[object, ...]:
    now_s = Clock("yes").now().wall_s
    since = {"since_at": now_s}
    lease = Lease(
        id="l1", kind=LeaseKind.POWER_SIGNAL, owner=ANN, reason="dust", from_at=now_s, until_at=now_s + 600,
        payload='{"kind":"power_signal","level":"control"}',
    )  # fmt: skip
    alarm = OpenAlarm(
        key="door", kind=AlarmKind.WARNING, active=True, cause="The door is open.", consequence="", action="Close it.", **since,
        ended_at=None, acknowledged_by=BEN, state="shelved", shelved_by=ANN, shelved_until_at=now_s + 600, receipts=(),
    )  # fmt: skip
    held = state(
        reasons=(f"a lease of {ANN}: dust",), limited_by="lease",
        leases=(lease,),
        trips=(Trip(key="stop", reason=f"by {ANN}", **since), Trip(key="s2", reason=f"emergency stop by {ALICE}", **since)),
        lockouts=(Lockout(target="fan-3", owner=ANN, reason="belt", **since),),
    )  # fmt: skip
    turn = {"subject": ("controller",), "happened_at": now_s, "who": ANN}
    return (
        held,
        Event(**turn, ledger_seq=1, kind="audit", title=f"lease by {ANN}: done", reasons=("dust",)),
        Event(
            **turn, ledger_seq=2, kind="decision", title=f"stopped by {ALICE}", reasons=(f"a lease of {ANN}: dust", f"by {ALICE}")
        ),
        AlarmState(alarms=(alarm,), channels=()),
    )


async def test_names_are_for_who_is_known_and_the_audit_too(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    token = hashes.new_token()
    (tmp_path / "secrets").mkdir()
    record = TokenRecord(name="wall", role=Role.VIEWER, sha256=hashes.of_token(token), made_at=0)
    whole_file.write(tmp_path / "secrets" / "access.json", Access(people=(), tokens=(record,)).text().encode())
    known = {"Authorization": f"Bearer {token}"}
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
    ):
        for message in said():
            bus.publish(message)  # type: ignore[arg-type]
        await until(lambda: _is_known(api, known), 20, "all is told")
        for path in PATHS:
            free = await api.get(path)
            assert (free.status, [name for name in NAMES if name in free.text]) == (200, []), path
            named = await api.get(path, headers=known)
            assert any(name in named.text for name in NAMES) or path not in TELLING, path
        assert (await api.get("/api/v1/leases")).body["leases"][0]["owner"] == "a person"
        assert [one["kind"] for one in (await api.get("/api/v1/events")).body["events"]] == ["decision"]
        for path in ("/api/v1/events?kind=audit", "/api/v1/events.csv?kind=audit", "/api/v1/events?who=ann"):
            is_problem(await api.get(path), 401)
            assert ANN in (await api.get(path, headers=known)).text
        assert "a person" in await _first_of_stream(api, {}) and ANN not in await _first_of_stream(api, {})
        assert ANN in await _first_of_stream(api, known)


async def _is_known(api: Running, known: dict[str, str]) -> bool:
    events = (await api.get("/api/v1/events", headers=known)).body["events"]
    feed = (await api.get("/dashboard_data.json", headers=known)).body
    return len(events) == 2 and bool(feed["leases"]) and bool(feed["alarms"]["alarms"])


async def _first_of_stream(api: Running, headers: dict[str, str]) -> str:
    async with asyncio.timeout(10), api.session.get(f"{api.lan}/api/v1/events/stream?after=0", headers=headers) as stream:
        while not (line := await stream.content.readline()).startswith(b"data: "):
            assert not stream.content.at_eof()
        return line.decode()
