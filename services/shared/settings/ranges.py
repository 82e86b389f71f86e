"""The loads of an [HTTP_LOADS] range: one for each address or port."""

import ipaddress
import re
from collections.abc import Mapping

from services.shared.settings import sections as s
from services.shared.settings.problems import Problem, shown
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import LoadKind

MAX = 1000


def loads_of(name: str, section: s.HttpLoads, origins: Mapping[str, str], problems: list[Problem]) -> list[tuple[str, LoadRow]]:
    """The loads of one [HTTP_LOADS name] with its range, each with its place; they are named name-001 and so on."""
    where = origins.get(f"HTTP_LOADS {name}.range", "")
    try:
        addresses = expand(section.range)
    except ValueError as error:
        problems.append(Problem(where, f"[HTTP_LOADS {name}] range", shown(section.range), str(error)))
        return []
    return [
        (
            where,
            LoadRow(f"{name}-{n:03d}", LoadKind.HTTP, name, section.zone, section.kw, section.priority, address=a, section=name),
        )
        for n, a in enumerate(addresses, 1)
    ]


def expand(text: str) -> list[str]:
    """`10.0.0.1-10.0.0.36:8080` or `127.0.0.1:9001-9036` as host:port, one for each. Raises ValueError with what is allowed."""
    hosts = re.fullmatch(r"([0-9.]+)-([0-9.]+):([0-9]{1,5})", text)
    ports = re.fullmatch(r"([A-Za-z0-9._-]+):([0-9]{1,5})-([0-9]{1,5})", text)
    try:
        found = _hosts(*hosts.groups()) if hosts else _ports(*ports.groups()) if ports else []
    except ipaddress.AddressValueError:
        found = []
    if not 0 < len(found) <= MAX or not all(0 < int(address.rpartition(":")[2]) < 65536 for address in found):
        raise ValueError(f"10.0.0.1-10.0.0.36:8080 or 127.0.0.1:9001-9036, 1 to {MAX} of them")
    return found


def _hosts(first: str, last: str, port: str) -> list[str]:
    low, high = int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last))
    return [f"{ipaddress.IPv4Address(n)}:{port}" for n in range(low, min(high, low + MAX) + 1)]


def _ports(host: str, first: str, last: str) -> list[str]:
    low = int(first)
    return [f"{host}:{n}" for n in range(low, min(int(last), low + MAX) + 1)]
