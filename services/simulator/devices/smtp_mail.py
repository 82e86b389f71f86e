"""A mail as it came over the wire, in the parts that people read."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any


def content(raw: bytes | str | None) -> dict[str, Any]:
    """Its `subject`, `text`, `html` and all `headers`."""
    data = raw if isinstance(raw, bytes) else (raw or "").encode()
    mail: EmailMessage = email.message_from_bytes(data, policy=email.policy.default)
    headers = {name: str(value) for name, value in mail.items()}
    return {"subject": headers.get("Subject", ""), "text": _part(mail, "plain"), "html": _part(mail, "html"), "headers": headers}


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return body.get_content().replace("\r\n", "\n").strip() if body else ""
