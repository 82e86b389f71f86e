"""What is wrong at a moment: the day's faults that are in force, by what they strike."""

from services.simulator.twin.day import Day, Placed
from services.simulator.twin.faults import Does


class Trouble:
    """Faults begin and end as `advance` passes their moments."""

    def __init__(self, day: Day) -> None:
        self._coming = sorted((one for one in day.faults), key=lambda one: one.begins_s, reverse=True)
        self.active: list[Placed] = []
        self._struck: dict[tuple[str, Does], Placed] = {}

    def advance(self, sim_s: float) -> tuple[list[Placed], list[Placed]]:
        """The faults that began and those that ended by now."""
        begun: list[Placed] = []
        while self._coming and self._coming[-1].begins_s <= sim_s:
            begun.append(self._coming.pop())
        ended = [one for one in self.active if one.ends_s <= sim_s]
        if begun or ended:
            kept = [one for one in self.active if one.ends_s > sim_s]
            self.active = kept + [one for one in begun if one.ends_s > sim_s]
            self._struck = {(part, one.fault.does): one for one in self.active for part in one.strikes}
        return begun, ended + [one for one in begun if one.ends_s <= sim_s]

    def next_s(self) -> float:
        """When the next fault begins or ends."""
        moments = [one.ends_s for one in self.active] + [one.begins_s for one in self._coming[-1:]]
        return min(moments, default=float("inf"))

    def has(self, part: str, does: Does) -> bool:
        """Whether a fault of this kind strikes this part now."""
        return (part, does) in self._struck

    def of(self, part: str, does: Does) -> Placed | None:
        """The fault of this kind that strikes this part now."""
        return self._struck.get((part, does))

    def is_silent(self, device: str) -> bool:
        """Whether it answers nobody now."""
        return (device, Does.HANG) in self._struck or (device, Does.MAINS_CUT) in self._struck

    def strikes(self, part: str) -> bool:
        """Whether anything strikes this part now."""
        return any(struck == part for struck, _ in self._struck)
