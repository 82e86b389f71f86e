"""Every configured load as its device reports it, in the order of the racks: by PDU, outlet, name."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.api.image import READING_STALE_S, Image
from services.api.latest import age_s
from services.api.tile_views import Age
from services.shared.clock import Moment
from services.shared.messages import MemberReport
from services.shared.settings.tree import LoadRow as Row
from services.shared.settings.tree import Settings
from services.shared.vocabulary import LoadState, LoadTarget, PowerState

_LETTERS = {LoadState.HASHING: "h", LoadState.WAKING: "w", LoadState.ASLEEP: "a"}
_LAST = 1_000_000


class LoadRow(BaseModel):
    """One load: what it is, what is wanted of it, what is known of it. While the controller is silent that is nothing."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    name: str
    group: str
    zone: str
    kw: float
    priority: int
    pdu: str
    outlet: int | None
    target: LoadTarget | Literal["unknown"]
    state: LoadState
    outlet_state: PowerState
    watts: float | None = Field(description="what it draws alone; null when nothing meters it, or not for a minute")
    watts_age_s: Age
    locked_out: bool = Field(description="itself, its outlet or its group")


def groups_of(settings: Settings) -> dict[str, list[Row]]:
    """The configured loads of each group, both in the order in which they are told."""
    found: dict[str, list[Row]] = {}
    for row in sorted(settings.loads, key=_place):
        found.setdefault(row.group, []).append(row)
    return found


def load_rows(image: Image, settings: Settings, now: Moment, *, silent: bool) -> tuple[LoadRow, ...]:
    """Every configured load."""
    locked = frozenset(lock.target for lock in image.state.lockouts) if image.state else frozenset()
    rows = []
    for group, configured in groups_of(settings).items():
        reported = image.reported.get(group)
        members = {} if silent else {member.name: member for member in image.members(group, now)}
        boot = reported.host_boot if reported else ""
        rows += [_row(row, members.get(row.name), boot, locked, now) for row in configured]
    return tuple(rows)


def letters(configured: Iterable[str], members: Mapping[str, MemberReport]) -> str:
    """A letter for each configured load, then one for each that is reported and not configured."""
    known = list(configured)
    strangers = sorted(members.keys() - set(known))
    return "".join(_letter(members.get(name)) for name in (*known, *strangers))


def _letter(member: MemberReport | None) -> str:
    if member is None:
        return "u"
    return "o" if member.outlet is PowerState.OFF else _LETTERS.get(member.state, "u")


def _row(row: Row, member: MemberReport | None, boot: str, locked: frozenset[str], now: Moment) -> LoadRow:
    age = age_s(member.watts_mono_s, boot, now) if member else None
    fresh = member is not None and age is not None and age <= READING_STALE_S
    return LoadRow(
        name=row.name,
        group=row.group,
        zone=row.zone,
        kw=row.kw,
        priority=row.priority,
        pdu=row.pdu,
        outlet=row.outlet,
        target=member.target if member else "unknown",
        state=member.state if member else LoadState.UNKNOWN,
        outlet_state=member.outlet if member else PowerState.UNKNOWN,
        watts=member.watts if fresh and member else None,
        watts_age_s=age,
        locked_out=not locked.isdisjoint((row.name, row.group, f"{row.pdu}/{row.outlet}")),
    )


def _place(row: Row) -> tuple[str, int, int, str]:
    """What hangs on no PDU comes last in its group."""
    number = int(row.pdu.rpartition("-")[2]) if row.pdu.rpartition("-")[2].isdecimal() else _LAST
    return row.group, number, _LAST if row.outlet is None else row.outlet, row.name
