"""Which relay channel feeds which fan, and through which contact."""

from collections.abc import Sequence
from dataclasses import dataclass, field

CHANNELS = 30
"""Of a board: the largest that is sold."""


@dataclass(slots=True)
class FanWiring:
    """`contacts` is `nc` or `no` for all fans or one each; `channels` such as `relay-1/1` (from 1), one per fan, or empty.

    `annunciator` such as `relay-1/10`, or empty: the lamp that burns while its coil is energised.
    At the start every fan runs: a coil stands as its contact needs it.
    """

    fans: int
    contacts: Sequence[str] = ()
    channels: Sequence[str] = ()
    annunciator: str = ""
    _coils: dict[tuple[str, int], bool] = field(default_factory=dict)
    _ways: dict[int, tuple[tuple[str, int], bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fan in range(1, self.fans + 1):
            self._ways[fan] = (self._place(fan), self._normally_closed(fan))
            self._coils[self._place(fan)] = not self._normally_closed(fan)
        if self.annunciator:
            self._coils[_of(self.annunciator)] = False

    def boards(self) -> list[str]:
        """The names of the relay boards, at least `relay-1`."""
        return sorted({board for board, _ in self._coils} | {"relay-1"})

    def coil(self, board: str, channel: int) -> bool:
        """Whether the coil is energised. Raises LookupError for a channel or board that is not there."""
        return self._coils.get(self._checked(board, channel), False)

    def set_coil(self, board: str, channel: int, energised: bool) -> None:
        """Energise it or let it fall. Raises LookupError."""
        self._coils[self._checked(board, channel)] = energised

    def drop(self, board: str) -> None:
        """The board restarts: all its coils fall."""
        self._coils.update({place: False for place in self._coils if place[0] == board})

    def feeds(self, fan: int) -> bool:
        """Whether current may flow to the fan's contactor."""
        place, normally_closed = self._ways[fan]
        return self._coils[place] != normally_closed

    @property
    def calls(self) -> bool | None:
        """Whether the annunciator's lamp burns; None without one."""
        return self._coils[_of(self.annunciator)] if self.annunciator else None

    def _normally_closed(self, fan: int) -> bool:
        words = self.contacts or ("nc",)
        return words[fan - 1 if len(words) > 1 else 0].lower() != "no"

    def _place(self, fan: int) -> tuple[str, int]:
        if not self.channels:
            return ("relay-1", fan - 1)
        return _of(self.channels[fan - 1])

    def _checked(self, board: str, channel: int) -> tuple[str, int]:
        if board not in self.boards() or not 0 <= channel < CHANNELS:
            raise LookupError(
                f"no coil {board}/{channel}; there are {', '.join(self.boards())} with channels 0 to {CHANNELS - 1}"
            )
        return (board, channel)


def _of(text: str) -> tuple[str, int]:
    board, _, channel = text.partition("/")
    return (board, int(channel) - 1)
