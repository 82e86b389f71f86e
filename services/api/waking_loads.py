"""Which loads are on their way up although their device cannot tell: Foreman's agent does not reach a miner that boots."""

from services.shared.messages import MemberReport, Reported
from services.shared.vocabulary import LoadState, LoadTarget, PowerState

BOOT_AT_MOST_S = 600.0
"""From the wake, or from the power's return, until a miner hashes; the decision gives it as long before its alarm."""


class Woken:
    """Kept of this process: of what was woken before it began nothing is known."""

    def __init__(self) -> None:
        self._since_mono_s: dict[str, float] = {}

    def take(self, before: Reported | None, reported: Reported, mono_s: float, *, armed: bool) -> None:
        """What a group reports after what it reported before. Where nothing is switched a target alone wakes nobody."""
        earlier = {one.name: one for one in before.members} if before else {}
        for member in reported.members:
            if member.name in earlier and _is_woken(earlier[member.name], member, armed=armed):
                self._since_mono_s[member.name] = mono_s
            elif member.state is LoadState.HASHING:
                self._since_mono_s.pop(member.name, None)

    def told(self, member: MemberReport, mono_s: float) -> MemberReport:
        """As it is shown: one that says nothing, with power and wanted to run, wakes for as long as a boot may take."""
        is_silent = member.state is LoadState.UNKNOWN and member.target is LoadTarget.RUN and member.outlet is PowerState.ON
        since_mono_s = self._since_mono_s.get(member.name) if is_silent else None
        if since_mono_s is None or mono_s - since_mono_s > BOOT_AT_MOST_S:
            return member
        return member.model_copy(update={"state": LoadState.WAKING})


def _is_woken(before: MemberReport, after: MemberReport, *, armed: bool) -> bool:
    is_wanted = armed and before.target is not LoadTarget.RUN and after.target is LoadTarget.RUN
    return is_wanted or (before.outlet is PowerState.OFF and after.outlet is PowerState.ON)
