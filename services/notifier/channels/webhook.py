"""A program of the operator's own: each message as JSON, signed as Standard Webhooks say (github.com/standard-webhooks, 1.0).

It gets everything that a person gets, and each edit of a thread: a program that keeps a list of what stands needs every change.
`docs/manual/channels.md` has the fields and how a receiver proves the signature.
"""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable, Collection
from typing import Any

from services.notifier.channels.base import Channel, Closed, Failed
from services.notifier.channels.portal import BETWEEN, is_page
from services.notifier.message import Outgoing, Sent
from services.shared.answer import Answer, retry_after_s
from services.shared.device import DeviceError, may_have_arrived
from services.shared.http import HttpClient
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import AlarmKind
from services.shared.webhook_key import key_of

GONE = "the webhook's receiver says that it is gone for good (410); it is asked each hour, and sent nothing until it is back"
_UNFIT = (413, 422)
_MAX_ANSWER_BYTES = 100_000


def signature(key: bytes, number: str, at: int, body: bytes) -> str:
    """The header `webhook-signature` of a body: HMAC-SHA256 over id, Unix seconds and body."""
    digest = hmac.new(key, f"{number}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


class Webhook:
    """One address. `now` are Unix seconds; a receiver refuses a time that is far from its own."""

    name = "webhook"
    deadline_s = 15.0
    edits = True
    recipients: tuple[str, ...] = ("",)

    def __init__(self, told: Notifications, site: str, now: Callable[[], float] = time.time) -> None:
        self._url, self._site, self._now = told.webhook_url.get_secret_value(), site, now
        self._key = key_of(told.webhook_secret.get_secret_value())
        self._http = HttpClient(limit=2, deadline_s=self.deadline_s - 1)
        self._gone = False

    async def send(self, recipient: str, message: Outgoing) -> Sent:
        """POST it; any 2xx has taken it, but for a web page. Raises Failed."""
        if self._gone:
            raise Closed(GONE)
        number = f"{self._site}-{message.id}"
        body = json.dumps(self._document(number, message), ensure_ascii=False).encode()
        at = int(self._now())
        headers = {
            "Content-Type": "application/json", "webhook-id": number, "webhook-timestamp": str(at),
            "webhook-signature": signature(self._key, number, at, body),
        }  # fmt: skip
        answer = await self._exchange("POST", headers, body)
        if not 200 <= answer.status < 300:
            raise self._failed(answer)
        if is_page(answer):
            raise Failed(f"the webhook answers {answer.status} with a web page: {BETWEEN}")
        return Sent(f"{answer.status}, {number}", number)

    async def check(self) -> str:
        """Ask for the address' head alone: whether the signature is taken, only a message tells. Raises Failed."""
        answer = await self._exchange("HEAD", {})
        if answer.status == 410:
            raise self._failed(answer)
        self._gone = False
        return f"it answers ({answer.status}); whether it takes our signature, a test tells"

    async def unreached(self, _addresses: Collection[str]) -> dict[str, str]:
        """No person has an address here."""
        return {}

    async def close(self) -> None:
        """Close the client."""
        await self._http.close()

    async def _exchange(self, method: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
        try:
            return await self._http.request(
                method, self._url, headers=headers, data=body, max_bytes=_MAX_ANSWER_BYTES, in_part=True
            )
        except DeviceError as error:
            raise Failed(f"the webhook: {error}", maybe_taken=may_have_arrived(error)) from None

    def _document(self, number: str, message: Outgoing) -> dict[str, Any]:
        is_heartbeat = message.kind is AlarmKind.HEARTBEAT and not message.thread
        return {
            "id": number, "type": "heartbeat" if is_heartbeat else "alarm" if message.keys else "notice", "site": self._site,
            "kind": message.kind.value, "act": message.act.value, "keys": list(message.keys), "subject": message.text.subject,
            "body": message.text.body, "thread": message.thread, "created_at": message.created_at,
        }  # fmt: skip

    def _failed(self, answer: Answer) -> Failed:
        """401 and 400 may be a wrong secret, which somebody puts right: the message waits for it."""
        reason = f"the webhook answers {answer.status}"
        if answer.status == 410:
            self._gone = True
            return Closed(GONE)
        if 300 <= answer.status < 400:
            return Failed(f"{reason}: a redirect is not followed", slow=True)
        if answer.status in (408, 429) or answer.status >= 500:
            return Failed(reason, retry_after_s=retry_after_s(answer))
        return Failed(reason, hopeless=answer.status in _UNFIT, unfit=answer.status in _UNFIT, slow=True)


def make(told: Notifications, site: str = "") -> Channel | str:
    """The channel, or why there is none."""
    if not told.webhook_url.get_secret_value():
        return "webhook_url is empty"
    if not told.webhook_secret.get_secret_value():
        return "webhook_secret is empty: what cannot be signed is not sent"
    try:
        return Webhook(told, site)
    except ValueError as error:
        return f"webhook_secret: {error}"
