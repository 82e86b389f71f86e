"""Twilio's Messages and Account resources (API 2010-04-01).

Sources: twilio.com/docs/messaging/api/message-resource, twilio.com/docs/usage/api/accounts.
"""

import re
from base64 import b64encode
from typing import Any
from urllib.parse import quote, urlencode

from services.notifier.channels.base import Failed
from services.notifier.channels.masked import numbers_in
from services.notifier.channels.portal import BETWEEN, is_page
from services.notifier.channels.sms_provider import FORM, SmsProvider
from services.shared.answer import Answer
from services.shared.device import Nonsense

TWILIO = "https://api.twilio.com"
_CREATED = 201
_UNFIT = (21602, 21605, 21617)
"""No text, or one that is too long (twilio.com/docs/api/errors)."""
_NO_SUCH_RECIPIENT = (21211, 21604, 21610, 21614, 21635)
"""No such number, none at all, one that has said STOP, no mobile, a landline. All others may be ours: sender, account, region."""
_SID = re.compile(r'"sid"\s*:\s*"[^"]')


class Twilio(SmsProvider):
    """Basic authentication by account SID and token; an error is a JSON object with `code` and `message`."""

    async def check(self) -> str:
        """Fetch the account. Raises Failed."""
        answer = await self.exchange("GET", f"{self._account()}.json", self._login())
        if answer.status == 401:
            raise Failed(f"Twilio refuses sms_account and sms_api_key{self.said(answer)}", slow=True)
        if answer.status == 404:
            raise Failed(f"Twilio knows no such account: sms_account is wrong{self.said(answer)}", slow=True)
        if answer.status != 200:
            raise self.failed(answer)
        status = str(_fields(answer).get("status", "unknown"))[:20]
        if status != "active":
            raise Failed(f"Twilio says that the account is {status}", slow=True)
        return "the account is active"

    def request(self, recipient: str, words: str) -> tuple[str, dict[str, str], bytes]:
        body = urlencode({"To": recipient, "From": self.told.sms_from, "Body": words}).encode()
        return f"{self._account()}/Messages.json", {**self._login(), "Content-Type": FORM}, body

    def _account(self) -> str:
        base = self.told.sms_url.get_secret_value() or TWILIO
        return f"{base.rstrip('/')}/2010-04-01/Accounts/{quote(self.told.sms_account, safe='')}"

    def _login(self) -> dict[str, str]:
        login = f"{self.told.sms_account}:{self.told.sms_api_key.get_secret_value()}"
        return {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}

    def prove(self, answer: Answer) -> None:
        """A message that was made has a `sid`, and whoever else answers does not know that. Raises Failed."""
        sid = _fields(answer).get("sid")
        if (isinstance(sid, str) and sid) or (answer.is_cut and _SID.search(answer.text())):
            return
        perhaps = (answer.is_cut or answer.status == _CREATED) and not is_page(answer)
        reason = f"the SMS provider answers {answer.status} without a message's sid: {BETWEEN}"
        raise Failed(reason, maybe_taken=perhaps, slow=perhaps)

    def receipt(self, answer: Answer) -> str:
        found = _fields(answer)
        return "".join(f", {found[name][:40]}" for name in ("status", "sid") if isinstance(found.get(name), str))

    def is_hopeless(self, answer: Answer) -> bool:
        return self.is_unfit(answer) or _fields(answer).get("code") in _NO_SUCH_RECIPIENT

    def is_unfit(self, answer: Answer) -> bool:
        return _fields(answer).get("code") in _UNFIT

    def said(self, answer: Answer) -> str:
        found = _fields(answer)
        return f", error {found['code']}: {numbers_in(str(found.get('message')))[:120]}" if "code" in found else ""


def _fields(answer: Answer) -> dict[str, Any]:
    try:
        found = answer.json()
    except Nonsense:
        return {}
    return found if isinstance(found, dict) else {}
