"""How a channel does: its last results, the check without a message, the last test with one."""

import logging

from services.notifier.channels.base import Failed
from services.shared.clock import Moment
from services.shared.messages import ChannelHealth
from services.shared.vocabulary import HealthState

log = logging.getLogger(__name__)


class Condition:
    """Lost while the last sending to any recipient failed, or the check. `lost_since_mono_s` is None while it is not.

    `check_failed` is the reason for which the provider does not know us, empty when it does or was not asked. `test_failed` is
    why the last test failed.
    """

    def __init__(self, name: str) -> None:
        self.lost_since_mono_s: float | None = None
        self.check_failed = ""
        self._name = name
        self._failing: dict[str, str] = {}
        self._delivered_at: float | None = None
        self._is_known_good = False
        self.test_failed = ""
        self._tested_at: float | None = None
        self._test = ""

    def health(self, waiting: int) -> ChannelHealth:
        """As the page shows it, with so many messages that wait."""
        return ChannelHealth(
            name=self._name, state=self._state, reason=self._reason, waiting=waiting, last_delivered_at=self._delivered_at,
            tested_at=self._tested_at, test=self._test,
        )  # fmt: skip

    def failed(self, recipient: str, failed: Failed, now: Moment) -> None:
        """A message to this recipient was not taken."""
        self._failing.pop(recipient, None)
        self._failing[recipient] = str(failed)
        self._decide(now)

    def took(self, recipient: str, now: Moment) -> None:
        """A message to this recipient was taken, so the provider knows us."""
        self._failing.pop(recipient, None)
        self.check_failed, self._is_known_good, self._delivered_at = "", True, now.wall_s
        self._decide(now)

    def checked(self, failed: Failed | None, now: Moment) -> None:
        """The provider was asked whether it knows us: None when it does."""
        self.check_failed = (str(failed) or "the check failed") if failed is not None else ""
        self._is_known_good = failed is None
        self._decide(now)

    def tested(self, words: str, *, ok: bool, at: float) -> None:
        """What came of a test with a real message. `at` Unix seconds."""
        self._tested_at, self._test = at, words if ok else f"failed: {words}"
        self.test_failed = "" if ok else words

    @property
    def _reason(self) -> str:
        return next(reversed(self._failing.values()), self.check_failed)

    @property
    def _state(self) -> HealthState:
        if self._failing or self.check_failed:
            return HealthState.LOST
        return HealthState.OK if self._is_known_good else HealthState.STARTING

    def _decide(self, now: Moment) -> None:
        if self._state is HealthState.LOST and self.lost_since_mono_s is None:
            log.warning("%s cannot send: %s", self._name, self._reason)
            self.lost_since_mono_s = now.mono_s
        elif self._state is not HealthState.LOST and self.lost_since_mono_s is not None:
            log.info("%s sends", self._name)
            self.lost_since_mono_s = None
