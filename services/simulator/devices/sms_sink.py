"""SMS providers: Twilio's Messages and Account resources (API 2010-04-01, documented answers and error codes) and a plain
endpoint `/sms`.

Faults of `sms`, beside those of every sink: `rate_limit` (429, `value` is Retry-After in seconds), `unauthorised` (401),
`offline` (the account is suspended).
"""

import re
import secrets
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from services.simulator.devices.sink import HttpSink
from services.simulator.site import Faults

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_MAX_BODY = 1600
_SEGMENT = 160


class SmsSink(HttpSink):
    """Keeps what is sent to either endpoint. `account` and `token` are Twilio's Basic credentials."""

    def __init__(self, faults: Faults, *, account: str, token: str, name: str = "sms") -> None:
        super().__init__(name, faults)
        self._account = account
        self._token = token
        self.app.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self._twilio)
        self.app.router.add_get("/2010-04-01/Accounts/{sid}.json", self._fetch_account)
        self.app.router.add_post("/sms", self._generic)

    async def _twilio(self, request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        if (retry_after := self._rate_limit()) is not None:
            return _error(429, 20429, "Too Many Requests", retry_after)
        if sid != self._account or not self._is_admitted(request):
            return _error(401, 20003, "Authenticate")
        form = {name: str(value) for name, value in (await request.post()).items()}
        if wrong := _what_is_wrong(form):
            return _error(400, *wrong)
        self.inbox.add(kind="twilio", to=form["To"], sender=form.get("From", ""), text=form["Body"])
        return web.json_response(_resource(sid, form), status=201)

    async def _fetch_account(self, request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        if not self._is_admitted(request):
            return _error(401, 20003, "Authenticate")
        if sid != self._account:
            return _error(404, 20404, f"The requested resource {request.path} was not found")
        status = "suspended" if self._faults.has(self.name, "offline") else "active"
        return web.json_response({"sid": sid, "friendly_name": "Mine Demo", "status": status, "type": "Full"})

    async def _generic(self, request: web.Request) -> web.Response:
        if (retry_after := self._rate_limit()) is not None:
            return web.json_response({"error": "too many requests"}, status=429, headers={"Retry-After": str(retry_after)})
        if self._faults.has(self.name, "unauthorised"):
            return web.json_response({"error": "unauthorised"}, status=401)
        self.inbox.add(kind="generic", body=(await request.read()).decode("utf-8", "replace"), headers=dict(request.headers))
        return web.json_response({"status": "accepted"}, status=202)

    def _rate_limit(self) -> int | None:
        value = self._faults.value(self.name, "rate_limit")
        return None if value is None else int(float(value))

    def _is_admitted(self, request: web.Request) -> bool:
        wanted = "Basic " + b64encode(f"{self._account}:{self._token}".encode()).decode()
        right = secrets.compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode())
        return right and not self._faults.has(self.name, "unauthorised")


def _what_is_wrong(form: dict[str, str]) -> tuple[int, str] | None:
    if not form.get("To"):
        return 21604, "A 'To' phone number is required."
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return 21603, "A 'From' phone number is required."
    if not form.get("Body"):
        return 21602, "Message body is required."
    if not _E164.fullmatch(form["To"]):
        return 21211, f"The 'To' number {form['To']} is not a valid phone number."
    if len(form["Body"]) > _MAX_BODY:
        return 21617, "The concatenated message body exceeds the 1600 character limit."
    return None


def _error(status: int, code: int, message: str, retry_after: int | None = None) -> web.Response:
    body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return web.json_response(body, status=status, headers=headers)


def _resource(account: str, form: dict[str, str]) -> dict[str, Any]:
    sid, now = f"SM{secrets.token_hex(16)}", format_datetime(datetime.now(UTC))
    uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
    return {
        "account_sid": account, "api_version": "2010-04-01", "body": form["Body"], "date_created": now, "date_sent": None,
        "date_updated": now, "direction": "outbound-api", "error_code": None, "error_message": None, "from": form.get("From"),
        "messaging_service_sid": form.get("MessagingServiceSid"), "num_media": "0",
        "num_segments": str(1 + (len(form["Body"]) - 1) // _SEGMENT), "price": None, "price_unit": "USD", "sid": sid,
        "status": "queued", "subresource_uris": {"media": f"{uri}/Media.json"}, "to": form["To"], "uri": f"{uri}.json",
    }  # fmt: skip
