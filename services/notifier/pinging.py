"""The outside watcher's door: the Pinging API of healthchecks.io (https://healthchecks.io/docs/http_api/) and its likes.

A POST to the check's address is success; `/start` and `/fail` after its path say so; a query such as `?create=1` stays last.
The body, of which the hosted service keeps 100 kB, is kept with the ping. By an address with a UUID it answers 200 also when it
recorded nothing; then its body says why.
"""

import logging
from urllib.parse import urlsplit, urlunsplit

from services.notifier.own_fault import own_fault
from services.shared.answer import Answer, retry_after_s
from services.shared.clock import Clock
from services.shared.device import DeviceError
from services.shared.http import HttpClient

log = logging.getLogger(__name__)

DEADLINE_S = 15.0
BODY_BYTES = 100_000
_REFUSALS = ("(not found)", "(rate limited)")
_ANSWER_BYTES = 10_000
_HEADERS = {"Content-Type": "text/plain; charset=utf-8"}


def endpoint(url: str, act: str) -> str:
    """The check's address for `start`, `fail` or success (empty), its query kept."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/") + (f"/{act}" if act else "")
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


class Pinging:
    """One check. `last_at` (Unix seconds) and `last_mono_s`: when it last took a ping, None never; `fault`: why it did not.

    The address is a key: it stands in no line and no message.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._http = HttpClient(deadline_s=DEADLINE_S)
        self.last_at: float | None = None
        self.last_mono_s: float | None = None
        self.fault = ""

    async def ping(self, act: str, body: str) -> float | None:
        """One ping within 15 s. None when it was taken, else the pause in seconds that is asked for (0: none). Never raises."""
        data = body.encode("utf-8", "replace")[:BODY_BYTES].decode("utf-8", "ignore").encode()
        try:
            url = endpoint(self._url, act)
            answer = await self._http.request("POST", url, headers=_HEADERS, data=data, max_bytes=_ANSWER_BYTES)
        except DeviceError as error:
            self._failed(str(error))
            return 0.0
        except ValueError:
            self._failed("its address cannot be read")
            return 0.0
        except Exception as error:  # whatever goes wrong here must not end who calls
            self._failed(str(own_fault("the outside watcher", error)))
            return 0.0
        if (refusal := _refusal(answer)) is not None:
            self._failed(refusal)
            return retry_after_s(answer) or 0.0
        self._taken()
        return None

    async def close(self) -> None:
        """Give the connection back."""
        await self._http.close()

    def _taken(self) -> None:
        now = self._clock.now()
        self.last_at, self.last_mono_s = now.wall_s, now.mono_s
        if self.fault:
            log.info("the outside watcher is reached again")
        self.fault = ""

    def _failed(self, reason: str) -> None:
        if reason != self.fault:
            log.warning("the outside watcher is not reached: %s", reason)
        self.fault = reason


def _refusal(answer: Answer) -> str | None:
    if not 200 <= answer.status < 300:
        return f"it answers {answer.status}"
    words = answer.text()[:200].lower()
    return next((f"it answers {word}" for word in _REFUSALS if word in words), None)
