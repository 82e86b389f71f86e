"""Asks the site's page, as a second machine does: `GET /health`, which needs no login and says whether the controller decides."""

import math
import ssl
from typing import Any

from services.cli.sight import PageWord
from services.shared.answer import Answer
from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.settings.sections import Watcher

DEADLINE_S = 10.0
_MOST_BYTES = 10_000


class PageClient:
    """Raises OSError (ssl.SSLError) when the certificate to trust cannot be read."""

    def __init__(self, watch: Watcher) -> None:
        context = ssl.create_default_context(cafile=watch.ca_file) if watch.ca_file else None
        url = watch.url.rstrip("/")
        self._url = url if url.endswith("/health") else f"{url}/health"
        self._most_age_s = watch.silence_minutes * 60.0
        self._http = HttpClient(deadline_s=DEADLINE_S, ssl_context=context)

    async def ask(self) -> PageWord:
        """What it says now. Never raises."""
        try:
            answer = await self._http.request("GET", self._url, headers={"Cache-Control": "no-cache"}, max_bytes=_MOST_BYTES)
            return self._word(answer)
        except DeviceError as error:
            return PageWord(False, None, str(error))

    async def close(self) -> None:
        """Give the connection back."""
        await self._http.close()

    def _word(self, answer: Answer) -> PageWord:
        """Only our own document counts: a router's or a proxy's page with 200 is no sign of life."""
        said: Any = answer.json()
        if not isinstance(said, dict) or not ("status" in said and answer.status in (200, 503)):
            return PageWord(False, None, f"HTTP {answer.status}, and not what the page says")
        if answer.status == 503:
            return PageWord(True, False, "the controller is silent")
        age_s = said.get("controller_age_s")
        if "controller_age_s" not in said:
            return PageWord(said["status"] == "ok", None)
        is_young = isinstance(age_s, (int, float)) and math.isfinite(age_s) and 0 <= age_s < self._most_age_s
        return PageWord(True, is_young, "" if is_young else "the controller's state is old")
