"""What every provider of SMS is, and how its refusals read."""

from abc import ABC, abstractmethod

from services.notifier.channels.base import CANNOT_ASK, Failed
from services.notifier.channels.masked import number
from services.notifier.message import Outgoing, Sent
from services.shared.device import DeviceError
from services.shared.http import Answer, HttpClient, retry_after_s
from services.shared.settings.sections import Notifications

FORM = "application/x-www-form-urlencoded"
_MAX_ANSWER_BYTES = 100_000


class SmsProvider(ABC):
    """What all of them share: one message per number, no thread, no edit. `said` finds the provider's own words in an answer."""

    name = "sms"
    deadline_s = 15.0
    edits = False

    def __init__(self, told: Notifications) -> None:
        self.told = told
        self.recipients = told.sms_phone
        self._http = HttpClient(limit=2, deadline_s=self.deadline_s - 1)

    async def send(self, recipient: str, message: Outgoing) -> Sent:
        """Send to one number. Raises Failed. There is no silent SMS, and no thread."""
        url, headers, body = self.request(recipient, message.text.short)
        answer = await self.exchange("POST", url, headers, body)
        if not 200 <= answer.status < 300:
            raise self.failed(answer)
        return Sent(f"to {number(recipient)}{self.receipt(answer)}")

    async def check(self) -> str:
        """Ask the provider whether it knows us, without sending anything. Raises Failed."""
        return CANNOT_ASK

    async def close(self) -> None:
        """Close the client."""
        await self._http.close()

    async def exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
        try:
            return await self._http.request(method, url, headers=headers, data=body, max_bytes=_MAX_ANSWER_BYTES)
        except DeviceError as error:
            # Only when the connection itself could not be made it is sure that nothing was taken.
            raise Failed(f"the SMS provider: {error}", maybe_taken="Connector" not in str(error)) from None

    @abstractmethod
    def request(self, recipient: str, words: str) -> tuple[str, dict[str, str], bytes]:
        """Address, headers and body of one message."""

    def receipt(self, _answer: Answer) -> str:
        return ""

    def failed(self, answer: Answer) -> Failed:
        reason = f"the SMS provider answers {answer.status}{self.said(answer)}"
        if answer.status in (408, 429) or answer.status >= 500:
            return Failed(reason, retry_after_s=retry_after_s(answer))
        return Failed(reason, hopeless=answer.status in (400, 422), slow=True)

    def said(self, _answer: Answer) -> str:
        return ""
