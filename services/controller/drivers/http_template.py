"""The operator's templates for a load's HTTP calls, filled once per load and checked before anything is sent."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlsplit

from services.shared.settings.sections import HttpLoads
from services.shared.settings.tree import LoadRow

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ADDRESS = re.compile(r"[A-Za-z0-9._-]*(:[0-9]+)?")
_HOST = re.compile(r"[A-Za-z0-9._-]+")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]+)")


@dataclass(frozen=True, slots=True)
class Calls:
    """What is sent to one load: addresses, and bodies as bytes. `read_url` is empty when there is no read-back."""

    sleep_url: str
    sleep_body: bytes
    wake_url: str
    wake_body: bytes
    read_url: str


def calls(section: HttpLoads, row: LoadRow) -> Calls:
    """The calls of one load. Raises ValueError naming the key, what was found and what is allowed."""
    if not _ADDRESS.fullmatch(row.address):
        raise ValueError(f"address of {row.name!r}: found {row.address!r}; allowed: host or host:port")
    return Calls(
        sleep_url=_url("sleep_path", section.url, section.sleep_path, row),
        sleep_body=_body("sleep_body", section.sleep_body, section.content_type, row),
        wake_url=_url("wake_path", section.url, section.wake_path, row),
        wake_body=_body("wake_body", section.wake_body, section.content_type, row),
        read_url=_url("read_path", section.url, section.read_path, row) if section.read_path else "",
    )


def header(section: HttpLoads) -> dict[str, str]:
    """The one header beside the content type, with {secret} filled. Raises ValueError, which never holds the secret."""
    if not section.header:
        return {}
    filled = _fill("header", section.header, {"secret": section.secret.get_secret_value()})
    if not (match := _HEADER.fullmatch(filled)):
        raise ValueError(f"header: found {section.header!r}; allowed: Name: value, in printable ASCII after {{secret}} is filled")
    return {match[1]: match[2]}


def _fill(key: str, template: str, values: Mapping[str, str]) -> str:
    for name in _PLACEHOLDER.findall(template):
        if name not in values:
            allowed = ", ".join(f"{{{value}}}" for value in values) or "none"
            raise ValueError(f"{key}: found {{{name}}} in {template!r}; allowed: {allowed}")
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def _url(key: str, url: str, path: str, row: LoadRow) -> str:
    if path and path[0] not in "/?":
        raise ValueError(f"{key}: found {path!r}; allowed: a path that begins with / or ?")
    filled = _fill(key, url + path, {"address": row.address, "name": quote(row.name, safe="")})
    if not _is_http(filled):
        raise ValueError(
            f"url and {key}: {row.name!r} gives {filled!r}; allowed: http:// or https://, a host, a path without spaces"
        )
    return filled


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host_is_plain = "@" not in parts.netloc and _HOST.fullmatch(parts.hostname or "") is not None
    return parts.scheme in ("http", "https") and host_is_plain and has_port and re.fullmatch(r"[\x21-\x7e]+", url) is not None


def _body(key: str, template: str, content_type: str, row: LoadRow) -> bytes:
    values = {"address": row.address, "name": row.name}
    if "json" in content_type.lower():
        return _json_body(key, template, {name: json.dumps(value)[1:-1] for name, value in values.items()})
    if "urlencoded" in content_type.lower():
        return _fill(key, template, {name: quote_plus(value) for name, value in values.items()}).encode()
    return _fill(key, template, {}).encode()  # how to escape a name in another kind of body is not known here


def _json_body(key: str, template: str, values: Mapping[str, str]) -> bytes:
    filled = _fill(key, template, values)
    try:
        if filled:
            json.loads(filled)
    except ValueError as error:
        raise ValueError(f"{key}: {filled!r} is not JSON ({error}); {{name}} and {{address}} stand inside quotes") from None
    return filled.encode()
