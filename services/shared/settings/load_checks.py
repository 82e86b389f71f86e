"""What the loads must be to each other and to the devices: no two on one outlet, no device that is not there."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace

from services.shared.messages import level_of_topic
from services.shared.settings.problems import Problem, counted, doubtful, shown
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import LoadKind

Placed = tuple[str, LoadRow]
_MUCH_KW = 50.0


def with_section(row: LoadRow, settings: Settings) -> LoadRow:
    """An http load without a section belongs to the only one there is."""
    if row.kind is LoadKind.HTTP and not row.section and len(settings.http_loads) == 1:
        return replace(row, section=next(iter(settings.http_loads)))
    return row


def problems(rows: list[Placed], settings: Settings, told: Sequence[Problem] = ()) -> Iterator[Problem]:
    """Mistakes between rows and devices, each with the row's place. What `told` puts in doubt is not compared with."""
    yield from _once(_devices(rows, settings, told))
    yield from _twice(rows, "name", lambda row: row.name.lower(), lambda row: row.name)
    yield from _twice(rows, "outlet", lambda row: (row.pdu, row.outlet) if row.outlet else None, _outlet_of)
    yield from _twice(rows, "foreman_id", lambda row: row.foreman_id, lambda row: str(row.foreman_id))
    yield from _twice(rows, "address", _address, lambda row: row.address)
    yield from _groups(rows)


def _devices(rows: list[Placed], settings: Settings, told: Sequence[Problem]) -> Iterator[Problem]:
    pdus = None if doubtful(told, "APIS] pdu_ip") else len(settings.apis.pdu_ip)
    sections_are_sure = not doubtful(told, "HTTP_LOADS")
    for where, row in rows:
        yield from _outlet(where, row, pdus)
        yield from _path(where, row)
        if row.kind is LoadKind.HTTP and sections_are_sure:
            yield from _section(where, row, settings)


def _once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """One mistake for all rows that have the same: three hundred lines would bury the others."""
    places: dict[Problem, list[str]] = {}
    for problem in problems:
        places.setdefault(replace(problem, where=""), []).append(problem.where)
    for problem, found in places.items():
        more = f" and {counted(len(found) - 1, 'more row')}" if len(found) > 1 else ""
        yield replace(problem, where=found[0] + more)


def warnings(rows: list[Placed]) -> Iterator[str]:
    """What may be meant but looks like a slip."""
    for where, row in rows:
        if row.kw > _MUCH_KW:
            yield f"{where}: load {row.name} has {row.kw:g} kW; a miner has 1 to 6 kW: are these watts?"


def _outlet(where: str, row: LoadRow, pdus: int | None) -> Iterator[Problem]:
    if bool(row.pdu) != (row.outlet is not None):
        yield Problem(where, "columns pdu, outlet", "one without the other", "both, or neither")
    if pdus is not None and row.pdu and int(row.pdu.partition("-")[2]) > pdus:
        allowed = f"pdu-1 to pdu-{pdus}" if pdus else "a PDU that [APIS] pdu_ip names; it names none"
        yield Problem(where, "column pdu", shown(row.pdu), allowed)


def _path(where: str, row: LoadRow) -> Iterator[Problem]:
    if row.kind is LoadKind.FOREMAN and row.foreman_id is None:
        yield Problem(where, "column foreman_id", "nothing", "Foreman's number of the miner, for kind foreman")
    if row.kind is LoadKind.OUTLET and not row.pdu:
        yield Problem(where, "columns pdu, outlet", "nothing", "a PDU and its outlet, for kind outlet")


def _section(where: str, row: LoadRow, settings: Settings) -> Iterator[Problem]:
    if row.section not in settings.http_loads:
        known = ", ".join(settings.http_loads) or "an [HTTP_LOADS name] of the configuration; there is none"
        yield Problem(where, "column section", shown(row.section), known)
    elif "{address}" in settings.http_loads[row.section].url and not row.address:
        yield Problem(where, "column address", "nothing", f"what fills {{address}} of [HTTP_LOADS {row.section}]")


def _twice(
    rows: list[Placed], column: str, key_of: Callable[[LoadRow], Hashable], text_of: Callable[[LoadRow], str]
) -> Iterator[Problem]:
    seen: dict[Hashable, str] = {}
    for where, row in rows:
        key = key_of(row)
        if key is None:
            continue
        if key in seen:
            yield Problem(where, f"column {column}", shown(text_of(row)), f"once; {seen[key]} has it already")
        seen.setdefault(key, where)


def _outlet_of(row: LoadRow) -> str:
    return f"{row.pdu}/{row.outlet}"


def _address(row: LoadRow) -> Hashable:
    return (row.section, row.address.lower()) if row.address else None


def _groups(rows: list[Placed]) -> Iterator[Problem]:
    groups: dict[str, str] = {}
    names = {row.name.lower(): row for _, row in rows}
    for where, row in rows:
        other = groups.setdefault(level_of_topic(row.group), row.group)
        if other != row.group:
            yield Problem(where, "column group", shown(row.group), f"one spelling of a group; another row says {other}")
        member = names.get(row.group.lower())
        if member is not None and member.group != row.group:
            yield Problem(where, "column group", shown(row.group), "a name that no load of another group has")
