"""How a channel does: its last results, the check without a message, the last test with one."""

import logging
from dataclasses import dataclass, replace

from services.notifier.channels.base import Closed, Failed
from services.notifier.message import Row
from services.shared.clock import Moment
from services.shared.messages import ChannelHealth
from services.shared.vocabulary import HealthState

log = logging.getLogger(__name__)

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing is taken: since when, when the first such message was made, and whether the way is proven to be the reason."""

    since_mono_s: float
    first_at: float
    proven: bool = False


class Condition:
    """Lost while the last sending to any recipient failed, or the check. `lost_since_mono_s` is None while it is not.

    `check_failed` is the reason for which the provider does not know us, empty when it does or was not asked. `test_failed` is
    why the last test failed. `warning` is what is wrong with some address of a channel that works.
    """

    def __init__(self, name: str) -> None:
        self.lost_since_mono_s: float | None = None
        self.check_failed = ""
        self._name = name
        self.warning = ""
        self._failing: dict[str, str] = {}
        self._refusal: Refusal | None = None
        self._newest_taken_at = _NEVER
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

    def failed(self, row: Row, failed: Failed, now: Moment) -> None:
        """A message was not taken. Of a provider that is closed the check tells when it is open again."""
        if isinstance(failed, Closed):
            self.checked(failed, now)
            return
        self._failing.pop(row.recipient, None)
        self._failing[row.recipient] = str(failed)
        if row.created_at > self._newest_at(now):  # else another recipient took this very message
            refusal = self._refusal or Refusal(now.mono_s, row.created_at)
            proven = refusal.proven or not failed.unfit or row.created_at != refusal.first_at
            self._refusal = replace(refusal, proven=proven)
        self._decide(now)

    def took(self, row: Row, now: Moment) -> None:
        """A message was taken, so the provider knows us."""
        self._failing.pop(row.recipient, None)
        self._refusal, self._newest_taken_at = None, max(row.created_at, self._newest_at(now))
        self.check_failed, self._is_known_good, self._delivered_at = "", True, now.wall_s
        self._decide(now)

    @property
    def refuses_since_mono_s(self) -> float | None:
        """Since when nothing was taken of all that was sent, to whomever; None while something is, or only one message was not
        for what it is itself."""
        return self._refusal.since_mono_s if self._refusal is not None and self._refusal.proven else None

    def checked(self, failed: Failed | None, now: Moment) -> None:
        """The provider was asked whether it knows us: None when it does."""
        self.check_failed = (str(failed) or "the check failed") if failed is not None else ""
        self._is_known_good = failed is None
        self._decide(now)

    def tested(self, words: str, *, ok: bool, at: float) -> None:
        """What came of a test with a real message. `at` Unix seconds."""
        self._tested_at, self._test = at, words if ok else f"failed: {words}"
        self.test_failed = "" if ok else words

    def _newest_at(self, now: Moment) -> float:
        """When the newest message that was taken was made, as far as a clock that is set back still tells."""
        return self._newest_taken_at if self._newest_taken_at <= now.wall_s else _NEVER

    @property
    def _reason(self) -> str:
        return next(reversed(self._failing.values()), self.check_failed or self.warning)

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
