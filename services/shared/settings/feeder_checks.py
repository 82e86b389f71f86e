"""What a [FEEDER name] must be: a breaker that protects something, and nothing that is not there."""

import difflib
import re
from collections.abc import Iterator

from services.shared.settings.places import wrong
from services.shared.settings.problems import Problem
from services.shared.settings.tree import Settings


def feeder_problems(settings: Settings) -> Iterator[Problem]:
    """Every feeder has a limit and members."""
    for name, feeder in settings.feeders.items():
        if feeder.limit_kw <= 0:
            yield wrong(settings, f"FEEDER {name}", "limit_kw", "nothing", "a number above 0 (kW)")
        if not feeder.members:
            yield wrong(
                settings, f"FEEDER {name}", "members", "nothing", "PDUs (pdu-1), load groups and zones, separated by commas"
            )


def member_problems(settings: Settings) -> Iterator[Problem]:
    """Every member is a PDU that is configured, or a group or zone of the loads, as far as there are any."""
    pdus = [f"pdu-{number}" for number in range(1, len(settings.apis.pdu_ip) + 1)]
    places = sorted({place for row in settings.loads for place in (row.group, row.zone)})
    known = [*pdus, *places]
    for name, feeder in settings.feeders.items():
        for member in feeder.members:
            is_pdu = bool(re.fullmatch(r"pdu-\d+", member.lower()))
            if member.lower() not in map(str.lower, known) and (is_pdu or settings.loads):
                yield wrong(settings, f"FEEDER {name}", "members", member, _allowed(member, pdus if is_pdu else known))


def feeder_warnings(settings: Settings) -> Iterator[str]:
    """A feeder that carries nothing, or cannot carry its largest load."""
    for name, feeder in settings.feeders.items():
        behind = [row for row in settings.loads if row.is_behind(feeder.members)]
        where = settings.origins.get(f"FEEDER {name}.limit_kw", "default")
        if not behind:
            yield f"{where}: [FEEDER {name}] has no load behind it: it limits nothing"
        elif (largest := max(behind, key=lambda row: row.kw)).kw > feeder.limit_kw:
            yield (
                f"{where}: [FEEDER {name}] limit_kw is {feeder.limit_kw:g} kW, less than its load {largest.name} alone "
                f"({largest.kw:g} kW): that load never runs"
            )


def _allowed(member: str, known: list[str]) -> str:
    near = difflib.get_close_matches(member, known, 1)
    if near:
        return f"a PDU, a group or a zone; did you mean {near[0]}?"
    return f"a PDU, a group or a zone: {', '.join(known)}" if known else "a PDU that [APIS] pdu_ip names; it names none"
