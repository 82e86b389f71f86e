"""SMS, by Twilio or by a form of the operator's own for any other provider that takes a POST."""

from urllib.parse import quote

from services.notifier.channels.base import Channel
from services.notifier.channels.sms_provider import FORM, SmsProvider
from services.notifier.channels.twilio import Twilio
from services.shared.settings.sections import Notifications


class Generic(SmsProvider):
    """The operator's template: {to} {from} {text} {key} {account}, each escaped in the body, as it is in the header."""

    def request(self, recipient: str, words: str) -> tuple[str, dict[str, str], bytes]:
        told = self.told
        fields = {
            "to": recipient, "from": told.sms_from, "text": words, "key": told.sms_api_key.get_secret_value(),
            "account": told.sms_account,
        }  # fmt: skip
        headers = {"Content-Type": FORM}
        name, colon, value = told.sms_header.partition(":")
        if colon:
            headers[name.strip()] = _filled(value.strip(), fields)
        body = _filled(told.sms_body, {name: quote(value, safe="") for name, value in fields.items()})
        return told.sms_url.get_secret_value(), headers, body.encode()


def _filled(template: str, fields: dict[str, str]) -> str:
    """Only our own names are replaced, in one pass: braces in a text stay what they are."""
    parts = template.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        filled.append(fields[name] + rest if brace and name in fields else "{" + part)
    return "".join(filled)


def make(told: Notifications, site: str = "") -> Channel | str:
    """The channel, or why there is none."""
    if not told.sms_provider:
        return "no SMS provider is set: SMS cannot send"
    if not told.sms_phone:
        return "sms_phone is empty: SMS cannot send"
    if told.sms_provider == "generic":
        return Generic(told) if told.sms_url.get_secret_value() else "sms_url is empty: SMS cannot send"
    if not (told.sms_account and told.sms_api_key.get_secret_value() and told.sms_from):
        return "sms_account, sms_api_key or sms_from is empty: SMS cannot send"
    return Twilio(told)
