"""Where a request comes from: the networks that may use a listener, and whether the page of another site sent it."""

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers


class Networks:
    """The networks whose addresses may use a listener, or ask for something."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(text, strict=False) for text in texts]

    def __contains__(self, host: object) -> bool:
        try:
            address = ipaddress.ip_address(str(host).partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


def of_own_page(headers: Headers) -> bool:
    """False when a browser says that the page of another site asks."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return _parts(origin).netloc.lower() == headers.get("host", "").lower()


def by_own_name(headers: Headers) -> bool:
    """Whether we are called by a name of ours: one that an attacker points at loopback is none."""
    host = _parts(f"//{headers.get('host', '').lower()}").hostname or ""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        mine = socket.gethostname().lower()
        return host in {"localhost", "api", mine, f"{mine}.local"}
    return True


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # a bracket that is not closed; nobody's address
        return SplitResult("", "none", "", "", "")
