"""Banks of fans that no temperature has been read for since their fans last switched: no fan stops on what was before."""

from collections.abc import Sequence

from services.controller.core.banks import banks_of, serving
from services.controller.core.memory import FanMemory
from services.controller.core.moments import Now
from services.controller.core.plant import SITE, Limits
from services.controller.core.zones import is_young


def unread_banks(
    read: Sequence[tuple[str, float | None]], memories: Sequence[FanMemory], limits: Limits, now: Now
) -> frozenset[str]:
    """The scopes of the banks with a zone whose temperatures are older than two polls, or than the last switch of a fan."""
    banks = banks_of(limits)
    shared = any(bank.scope == SITE for bank in banks)
    unread = set()
    for bank in banks:
        scopes = (bank.scope,) if shared else (bank.scope, SITE)  # without shared fans a zone without its own asks all
        switched_s = max(memories[i].changed.mono_s for i in bank.members)
        polls = (read_s for zone, read_s in read if serving(zone, limits)[0] in scopes)
        if not all(is_young(read_s, limits, now, after_s=switched_s) for read_s in polls):
            unread.add(bank.scope)
    return frozenset(unread)
