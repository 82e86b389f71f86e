"""What of the door stops nothing but is hardly meant: who may ask without login, from where, and files that are not there."""

import ipaddress
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from services.shared.settings.tree import Settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def door_warnings(settings: Settings) -> Iterator[str]:
    """Each in a sentence, with the key."""
    api = settings.api
    for network in _networks(api.debug_networks):
        if not network.is_loopback and network.num_addresses > 1:
            yield f"[API] debug_networks: whoever is in {network} may stop the site and put its load to sleep, without login"
    if any(network.prefixlen == 0 for network in _networks(api.critical_networks)):
        yield "[API] critical_networks: an operator may ask for anything from anywhere"
    if not api.critical_networks:
        yield "[API] critical_networks is empty: nobody may ask for anything at the page's listener"
    if settings.history.minute_days < settings.history.reading_days:
        yield "[HISTORY] minute_days is shorter than reading_days: the longer charts would end before the shorter"
    files = {"[BROKER] ca_file": settings.broker.ca_file if settings.broker.tls else ""}
    if api.tls:
        files |= {"[API] tls_certificate": api.tls_certificate, "[API] tls_key": api.tls_key}
    for key, name in files.items():
        if name and not Path(name).is_file():
            yield f"{key}: there is no file {name}"


def _networks(texts: Iterable[str]) -> Iterator[Network]:
    """Those that are networks: the others are mistakes, told as such."""
    for text in texts:
        with suppress(ValueError):
            yield ipaddress.ip_network(text, strict=False)
