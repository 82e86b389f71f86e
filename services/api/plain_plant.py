"""What the page without scripts tells of the plant: signals, loads by group, PDUs, each as the rows of a table."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.api.dashboard import Dashboard
from services.api.tile_views import GroupTile, PduTile, SignalTile
from services.shared.site_time import SiteTime
from services.shared.spans import span


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the names of its columns, its rows."""

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def tables(feed: Dashboard) -> Iterator[Table]:
    """In the order of the page. What has no devices configured is left out; signals never are."""
    site = SiteTime(feed.timezone)
    rows = tuple(_signal(one, site, feed.time) for one in feed.signals)
    yield Table("Signals", ("signal", "says", "counts as", "at most", "event", "age"), rows)
    if feed.groups:
        names = ("group", "wanted", "loads", "hashing", "waking", "asleep", "unknown", "outlets off", "measured")
        yield Table("Loads by group", names, tuple(_group(one) for one in feed.groups))
    if feed.pdus:
        columns = ("PDU", "delivers", "limit", "outlets on", "off", "unknown", "age", "")
        yield Table("PDUs", columns, tuple(_pdu(one) for one in feed.pdus))


def number(value: float | None, unit: str) -> str:
    """A figure with its unit, or `unknown`."""
    return "unknown" if value is None else f"{value:.1f} {unit}"


def _signal(one: SignalTile, site: SiteTime, now_at: float) -> tuple[object, ...]:
    asked = "" if one.target_kw is None else number(one.target_kw, "kW")
    ends = ((word, at) for word, at in (("from", one.from_at), ("until", one.until_at)) if at is not None)
    event = " ".join([one.event_id, *(f"{word} {site.clock(at, now_at)}" for word, at in ends)]).strip()
    return one.name, "unknown" if one.stale else one.level, one.effective, asked, event, _age(one.age_s)


def _group(one: GroupTile) -> tuple[object, ...]:
    counts = (one.hashing, one.waking, one.asleep, one.unknown, one.outlets_off)
    return one.name, one.target, one.members, *counts, number(one.measured_kw, "kW")


def _pdu(one: PduTile) -> tuple[object, ...]:
    limit = "" if one.limit_kw is None else number(one.limit_kw, "kW")
    outlets = (one.outlets_on, one.outlets_off, one.outlets_unknown)
    return one.name, number(None if one.stale else one.kw, "kW"), limit, *outlets, _age(one.age_s), one.reason


def _age(age_s: float | None) -> str:
    return "never" if age_s is None else span(age_s)
