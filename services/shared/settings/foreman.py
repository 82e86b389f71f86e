"""Foreman's address. The real API is https://api.foreman.mn/api; the old manual's http://foreman.mn/api exists nowhere."""

import re
from urllib.parse import urlsplit

from services.shared.addresses import is_loopback

REAL = "https://api.foreman.mn/api"
_OURS = {"foreman.mn", "www.foreman.mn", "dashboard.foreman.mn", "api.foreman.mn"}


def foreman_base(text: str, demo: bool) -> tuple[str, str | None]:
    """(base address, warning or None) of what the operator wrote; the base ends without a slash, '' stays ''.

    Plain http would carry the API key in the open: it is for loopback and the simulated site alone.
    Raises ValueError with what is allowed.
    """
    text = text.strip()
    if not text:
        return "", None
    scheme, host, rest, path = _parts(text)
    if host in _OURS:
        return REAL, None if scheme in ("", "https") and host == "api.foreman.mn" else f"{text} is read as {REAL}"
    plain = demo or host == "localhost" or is_loopback(host)
    if scheme == "http" and not plain:
        raise ValueError(f"plain http would show the API key to everyone; use {REAL.removesuffix('/api')}")
    scheme = scheme or ("http" if plain else "https")
    return f"{scheme}://{rest}{path.rstrip('/') or '/api'}", None


def _parts(text: str) -> tuple[str, str, str, str]:
    bare = "://" not in text
    try:
        url = urlsplit(f"//{text}" if bare else text)
        host, _ = url.hostname or "", url.port
    except ValueError as error:
        raise ValueError(_ALLOWED) from error
    good = re.fullmatch(r"[a-z0-9._:-]+", host) and not (url.username or url.query or url.fragment)
    if not good or url.scheme not in ("", "http", "https"):
        raise ValueError(_ALLOWED)
    return url.scheme, host.rstrip("."), url.netloc, url.path


_ALLOWED = f"an address such as {REAL}"
