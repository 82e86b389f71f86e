"""What every provider of SMS is, and how its refusals read."""

from abc import ABC, abstractmethod
from collections.abc import Collection

from services.notifier.channels.base import CANNOT_ASK, Failed
from services.notifier.channels.masked import number
from services.notifier.channels.portal import BETWEEN, is_page
from services.notifier.message import Outgoing, Sent
from services.shared.answer import Answer, retry_after_s
from services.shared.device import DeviceError, may_have_arrived
from services.shared.http import HttpClient
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
        answer = await self.exchange("POST", url, headers, body, in_part=True)
        if not 200 <= answer.status < 300:
            raise self.failed(answer)
        self.prove(answer)
        return Sent(f"to {number(recipient)}{self.receipt(answer)}")

    async def check(self) -> str:
        """Ask the provider whether it knows us, without sending anything. Raises Failed."""
        return CANNOT_ASK

    async def unreached(self, _addresses: Collection[str]) -> dict[str, str]:
        """Whether a number is somebody's, only a message tells."""
        return {}

    async def close(self) -> None:
        """Close the client."""
        await self._http.close()

    async def exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None = None, *, in_part: bool = False
    ) -> Answer:
        try:
            return await self._http.request(method, url, headers=headers, data=body, max_bytes=_MAX_ANSWER_BYTES, in_part=in_part)
        except DeviceError as error:
            raise Failed(f"the SMS provider: {error}", maybe_taken=may_have_arrived(error)) from None

    @abstractmethod
    def request(self, recipient: str, words: str) -> tuple[str, dict[str, str], bytes]:
        """Address, headers and body of one message."""

    def prove(self, answer: Answer) -> None:
        """Raise Failed unless a 2xx is the provider's own."""
        if is_page(answer):
            raise Failed(f"the SMS provider answers {answer.status} with a web page: {BETWEEN}")

    def receipt(self, _answer: Answer) -> str:
        return ""

    def failed(self, answer: Answer) -> Failed:
        """What nobody knows to be the fault of the message or of its number waits for somebody to put it right."""
        reason = f"the SMS provider answers {answer.status}{self.said(answer)}"
        if answer.status in (408, 429) or answer.status >= 500:
            return Failed(reason, retry_after_s=retry_after_s(answer))
        return Failed(reason, hopeless=self.is_hopeless(answer), unfit=self.is_unfit(answer), slow=True)

    def is_hopeless(self, _answer: Answer) -> bool:
        """Whether the provider says that it will never take this message, or nothing for this number."""
        return False

    def is_unfit(self, _answer: Answer) -> bool:
        """Whether the provider says that it refuses the text, and not the number or us."""
        return False

    def said(self, _answer: Answer) -> str:
        return ""
