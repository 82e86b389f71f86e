"""What outlives a state of the controller: the load that was measured last, since when it comes off, and is proven off."""

from services.shared.messages import State
from services.shared.vocabulary import Mode


class Kept:
    """Of this process: after a restart of the api all begin with the first state that it hears."""

    def __init__(self) -> None:
        self.metered: State | None = None
        """The last state that told a measured load."""
        self.curtailed_since_at: float | None = None
        """When the load began to come off, however often since then it was not down enough; Unix seconds, None outside of it."""

        self.proven_off_at: float | None = None
        """When a measurement showed it off that shows it off still; Unix seconds."""
        self._mode: Mode | None = None

    def take(self, state: State) -> None:
        """The newest state."""
        if state.load.measured_kw is not None:
            self.metered = state
        if state.mode not in (Mode.CURTAILING, Mode.CURTAILED):
            self.curtailed_since_at = None
        elif self.curtailed_since_at is None:
            self.curtailed_since_at = state.since_at
        if state.mode is not Mode.CURTAILED or not state.load.proven:
            self.proven_off_at = None
        elif self.proven_off_at is None:
            self.proven_off_at = state.sent_at if self._mode is Mode.CURTAILED else state.since_at
        self._mode = state.mode
