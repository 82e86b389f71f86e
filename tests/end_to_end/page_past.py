"""Canned answers beside the feed, built with the service's own models: the loads, the last hour, events, what we cost."""

from math import sin
from typing import Any

from services.api.cost import Cost, ServiceCost
from services.api.curtailments.model import Asker, CurtailmentRow, Curtailments
from services.api.dashboard import Dashboard
from services.api.history.happened import EventRow
from services.api.history.reader import Bucket, Series
from services.api.history.records import SensorRow, Sensors
from services.api.history.rows import timestamp
from services.api.load_rows import LoadRow
from services.api.load_series import LoadBucket, LoadSeries
from services.api.routes.series import SeveralSeries
from services.shared.vocabulary import LoadState, LoadTarget, PowerState
from tests.end_to_end.page_feed import NOW, SINCE

PER_PDU = 36
PAGE = 30
STATES = {"h": LoadState.HASHING, "w": LoadState.WAKING, "a": LoadState.ASLEEP}


def loads(feed: Dashboard) -> dict[str, Any]:
    """Every load of the feed's groups, 36 on a PDU; the fifth of all is locked out."""
    letters = [(group.name, letter) for group in feed.groups for letter in group.states]
    rows = [_load(number, group, letter) for number, (group, letter) in enumerate(letters)]
    return {"stale": feed.state_stale, "age_s": feed.state_age_s, "loads": [row.model_dump(mode="json") for row in rows]}


def _load(number: int, group: str, letter: str) -> LoadRow:
    state = STATES.get(letter, LoadState.UNKNOWN)
    outlet = PowerState.OFF if letter == "o" else PowerState.UNKNOWN if letter == "u" else PowerState.ON
    watts = None if state is LoadState.UNKNOWN else 3250.0 if letter == "h" else 30.0
    return LoadRow(
        name=f"miner-{number + 1:03}", group=group, zone="main", kw=3.28, priority=1, pdu=f"pdu-{number // PER_PDU + 1}",
        outlet=number % PER_PDU + 1, target=LoadTarget.RUN if letter in "hw" else LoadTarget.SLEEP, state=state,
        outlet_state=outlet, watts=watts, watts_age_s=None if watts is None else 4.0, locked_out=number == 4,
    )  # fmt: skip


def series(feed: Dashboard, names: list[str]) -> str:
    """The last hour of each sensor in minutes, about its present value, with ten minutes that nobody saw."""
    found = {one.name: one for one in feed.sensors if one.name in names}
    told = tuple(
        Series(sensor=name, unit=one.unit, label=one.label, bucket_s=60.0, tier="minute", buckets=_buckets(one.value or 20.0))
        for name, one in found.items()
    )
    return SeveralSeries(series=told, missing=tuple(name for name in names if name not in found)).model_dump_json()


def _buckets(value: float) -> tuple[Bucket, ...]:
    means = [(NOW - 3600 + 60 * minute, round(value + 1.5 * sin(minute / 7), 2)) for minute in range(60) if not 20 <= minute < 30]
    return tuple(Bucket(at=at, mean=mean, lowest=mean, highest=mean, count=12, bad=False, forced=False) for at, mean in means)


def events() -> list[EventRow]:
    """The oldest first: three days before, an hour a step, then the curtailment of the feed."""
    early = [_event(n, NOW - 3600 * (80 - n), "decision", f"limit of stage {n}", "heat") for n in range(1, 75)]
    person = _event(75, NOW - 2000, "audit", "lockout fan-3", "belt changed", who="Ruth")
    return [*early, person, _event(76, SINCE, "transition", "normal to curtailing", "utility signal: Control")]


def _event(number: int, at: float, kind: str, title: str, reason: str, who: str = "") -> EventRow:
    return EventRow(
        id=number, source="controller", ledger_seq=number, timestamp=timestamp(round(at * 1000)), clock_trusted=True, kind=kind,
        title=title, reasons=(reason,), mode="curtailing", device="", target="", act="", phase=None, command_id="", seconds=None,
        who=who, detail="",
    )  # fmt: skip


def page_of(kinds: list[str], after: int | None, before: int | None) -> dict[str, Any]:
    """As the service pages: the latest, those after a cursor, or those before one."""
    rows = [one for one in events() if not kinds or one.kind in kinds]
    chosen = [one for one in rows if (after is None or one.id > after) and (before is None or one.id < before)]
    shown = chosen[:PAGE] if after is not None else chosen[-PAGE:]
    ends = {"next_after": shown[-1].id if shown else after or 0, "next_before": shown[0].id if shown else None}
    return {"events": [one.model_dump(mode="json") for one in shown]} | ends


def load() -> LoadSeries:
    """The last hour of the load: on, then off, with what might stay on."""
    times = [NOW - 3600 + 60 * minute for minute in range(60)]
    buckets = tuple(
        LoadBucket(at=at, kw=kw, lowest_kw=kw, highest_kw=kw, partial=False, forced=False, target_kw=985.0 if at < SINCE else 0.0)
        for at in times
        for kw in [978.0 if at < SINCE + 60 else 12.0]
    )
    return LoadSeries(measured_by="site meter", meters=("iotawatt-1/site",), bucket_s=60.0, target_known=True, buckets=buckets)


def sensors(feed: Dashboard) -> Sensors:
    """Every sensor of the feed has readings stored."""
    rows = [(one, *one.name.split("/")) for one in feed.sensors]
    return Sensors(
        sensors=tuple(
            SensorRow(sensor=one.name, device=device, quantity=quantity, unit=one.unit, label=one.label, first=None, last=None)
            for one, device, quantity in rows
        )
    )


def curtailments() -> Curtailments:
    """One that runs, and one of the day before."""
    ask = Asker(
        kind="signal", source="utility", from_at=SINCE, until_at=None, target_kw=0.0, reason="utility signal: Control",
        level="control", event_id=None, confirmed_s=48.0,
    )  # fmt: skip
    runs = CurtailmentRow(
        id=76, kind="signal", kinds=("signal",), asks=(ask,), source="utility", from_at=SINCE,
        released_at=None, until_at=None, asked_anew=False, reason="utility signal: Control",
        level="control", event_id=None, target_kw=0.0, lowest_kw=12.0, confirmed_s=48.0, proven=True, energy_not_used_kwh=None,
        forced=False, exercised=False, clock_trusted=True,
    )  # fmt: skip
    over = runs.model_copy(
        update={
            "id": 60,
            "from_at": SINCE - 86_400,
            "released_at": SINCE - 79_400,
            "until_at": SINCE - 79_200,
            "confirmed_s": 52.0,
        }
    )
    return Curtailments(curtailments=(runs, over), more=False, timezone="America/Chicago")


def cost() -> Cost:
    """A Raspberry Pi that is well."""
    names = ("collector", "controller", "notifier", "api")
    services = [_cost(name, memory=45_000_000, share=0.02, today=12_000_000) for name in names]
    return Cost(
        time="2026-11-22T23:04:00.000Z", timezone="America/Chicago", today="2026-11-22", today_since="2026-11-22T06:00:00.000Z",
        services=services, whole=_cost("all", memory=180_000_000, share=0.08, today=48_000_000),
        written_yesterday_bytes=52_000_000, disk_free_bytes=21_000_000_000, disk_bytes=31_000_000_000,
        databases_bytes={"mine_data.db": 140_000_000},
    )  # fmt: skip


def _cost(name: str, memory: int, share: float, today: int) -> ServiceCost:
    return ServiceCost(
        service=name, up=True, memory_bytes=memory, cpu_seconds=400.0, cpu_share=share, written_bytes=today * 4,
        written_today_bytes=today, open_files=20, messages_published=1000, messages_received=1000, databases_bytes={},
    )  # fmt: skip
