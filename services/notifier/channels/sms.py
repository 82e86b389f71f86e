"""SMS: Twilio's Messages resource (API 2010-04-01) and a form of the operator's own for any other provider that takes a POST."""

from abc import ABC, abstractmethod
from base64 import b64encode
from urllib.parse import quote, urlencode

from services.notifier.channels.base import Channel, Failed
from services.notifier.message import Text
from services.shared.device import DeviceError, Nonsense
from services.shared.http import Answer, HttpClient, retry_after_s
from services.shared.settings.sections import Notifications

TWILIO = "https://api.twilio.com"
_FORM = "application/x-www-form-urlencoded"
_MAX_ANSWER_BYTES = 100_000


class _Sms(ABC):
    name = "sms"
    deadline_s = 15.0

    def __init__(self, told: Notifications) -> None:
        self._told = told
        self.recipients = told.sms_phone
        self._http = HttpClient(limit=2, deadline_s=self.deadline_s - 1)

    async def send(self, recipient: str, text: Text, *, silent: bool) -> str:
        """Send to one number. Raises Failed. There is no silent SMS: `silent` changes nothing."""
        url, headers, body = self._request(recipient, text.short)
        try:
            answer = await self._http.request("POST", url, headers=headers, data=body, max_bytes=_MAX_ANSWER_BYTES)
        except DeviceError as error:
            # Only when the connection itself could not be made it is sure that nothing was taken.
            raise Failed(f"the SMS provider: {error}", maybe_taken="Connector" not in str(error)) from None
        if not 200 <= answer.status < 300:
            raise self._failed(answer)
        return f"to {'*' * 3}{recipient[-4:]}{self._receipt(answer)}"

    async def close(self) -> None:
        """Close the client."""
        await self._http.close()

    @abstractmethod
    def _request(self, recipient: str, words: str) -> tuple[str, dict[str, str], bytes]:
        """Address, headers and body of one message."""

    def _receipt(self, _answer: Answer) -> str:
        return ""

    def _failed(self, answer: Answer) -> Failed:
        reason = f"the SMS provider answers {answer.status}{self._said(answer)}"
        if answer.status == 429:
            return Failed(reason, retry_after_s=retry_after_s(answer))
        if answer.status >= 500 or answer.status == 408:
            return Failed(reason, retry_after_s=retry_after_s(answer))
        return Failed(reason, hopeless=answer.status in (400, 422), slow=True)

    def _said(self, _answer: Answer) -> str:
        return ""


class Twilio(_Sms):
    """Basic authentication by account SID and token; an error is a JSON object with `code` and `message`."""

    def _request(self, recipient: str, words: str) -> tuple[str, dict[str, str], bytes]:
        told = self._told
        login = b64encode(f"{told.sms_account}:{told.sms_api_key.get_secret_value()}".encode()).decode()
        url = f"{(told.sms_url or TWILIO).rstrip('/')}/2010-04-01/Accounts/{quote(told.sms_account, safe='')}/Messages.json"
        body = urlencode({"To": recipient, "From": told.sms_from, "Body": words}).encode()
        return url, {"Authorization": f"Basic {login}", "Content-Type": _FORM}, body

    def _receipt(self, answer: Answer) -> str:
        sid = _fields(answer).get("sid")
        return f", {sid[:40]}" if isinstance(sid, str) else ""

    def _said(self, answer: Answer) -> str:
        found = _fields(answer)
        return f", error {found['code']}: {str(found.get('message'))[:120]}" if "code" in found else ""


class Generic(_Sms):
    """The operator's template: {to} {from} {text} {key} {account}, each escaped in the body, as it is in the header."""

    def _request(self, recipient: str, words: str) -> tuple[str, dict[str, str], bytes]:
        told = self._told
        fields = {
            "to": recipient, "from": told.sms_from, "text": words, "key": told.sms_api_key.get_secret_value(),
            "account": told.sms_account,
        }  # fmt: skip
        headers = {"Content-Type": _FORM}
        name, colon, value = told.sms_header.partition(":")
        if colon:
            headers[name.strip()] = _filled(value.strip(), fields)
        body = _filled(told.sms_body, {name: quote(value, safe="") for name, value in fields.items()})
        return told.sms_url, headers, body.encode()


def _filled(template: str, fields: dict[str, str]) -> str:
    """Only our own names are replaced, in one pass: braces in a text stay what they are."""
    parts = template.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        filled.append(fields[name] + rest if brace and name in fields else "{" + part)
    return "".join(filled)


def _fields(answer: Answer) -> dict[str, object]:
    try:
        found = answer.json()
    except Nonsense:
        return {}
    return found if isinstance(found, dict) else {}


def make(told: Notifications) -> Channel | str:
    """The channel, or why there is none."""
    if not told.sms_provider:
        return "no SMS provider is set: SMS cannot send"
    if not told.sms_phone:
        return "sms_phone is empty: SMS cannot send"
    if told.sms_provider == "generic":
        return Generic(told) if told.sms_url else "sms_url is empty: SMS cannot send"
    if not (told.sms_account and told.sms_api_key.get_secret_value() and told.sms_from):
        return "sms_account, sms_api_key or sms_from is empty: SMS cannot send"
    return Twilio(told)
