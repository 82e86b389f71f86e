"""Why there is no broker, in words: told once for each reason, and again while it lasts, each ten minutes."""

import logging
import ssl
from collections.abc import Callable
from time import monotonic

from services.shared.settings.sections import Broker
from services.shared.unanswered import why

log = logging.getLogger(__name__)
AGAIN_S = 600.0


class Unreached:
    """What one connection complains of. Called in the broker client's thread alone."""

    def __init__(self, broker: Broker, monotonic_s: Callable[[], float] = monotonic) -> None:
        self._broker = broker
        self._monotonic_s = monotonic_s
        self._told: dict[str, float] = {}

    def failed(self, error: BaseException | None) -> None:
        """No connection came about."""
        self._tell(f"no broker at {self._broker.host}:{self._broker.port}: {_words(error, tls=self._broker.tls)}")

    def refused(self, reason: str) -> None:
        """The broker answered, and does not take us."""
        self._tell(f"the broker refuses us: {reason}")

    def ended(self) -> None:
        """The connection came about, and was over before the broker took us."""
        hint = "" if self._broker.tls else " (tls = no in [BROKER]: does this port want TLS?)"
        where = f"{self._broker.host}:{self._broker.port}"
        self._tell(f"no broker at {where}: it ended the connection before it took us{hint}")

    def over(self) -> None:
        """The broker took us: what comes later is news."""
        self._told.clear()

    def _tell(self, words: str) -> None:
        now_s = self._monotonic_s()
        if now_s - self._told.get(words, -AGAIN_S) >= AGAIN_S:
            self._told[words] = now_s
            log.error("%s; we go on without it", words)


def _words(error: BaseException | None, *, tls: bool) -> str:
    said = "no connection" if error is None else why(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{said} (ca_file in [BROKER])"
    is_cut = isinstance(error, ssl.SSLError) or (tls and _is_cut(error))
    return f"{said} (tls = yes in [BROKER]: is this its TLS port?)" if is_cut else said


def _is_cut(error: BaseException | None) -> bool:
    return isinstance(error, ConnectionResetError | TimeoutError | EOFError)
