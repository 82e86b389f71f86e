"""Which faults each device and each part of the plant knows, in the words of `Faults`."""

from collections.abc import Iterable
from typing import Any

_HTTP = ("hang", "refuse", "reset", "slow", "error", "html", "garbage", "huge", "truncated")
TABLE: dict[str, tuple[str, ...]] = {
    "signal": (*_HTTP, "redirect", "empty", "stale"),
    "roomalert": (*_HTTP, "frozen", "nan", "unplugged", "clock_2000", "legacy"),
    "iotawatt": (*_HTTP, "frozen", "nan", "empty", "no_volts"),
    "foreman": (*_HTTP, "lie", "offline", "stale", "rate_limit", "unauthorised"),
    "relay": ("hang", "offline", "refuse", "reset", "slow", "late", "error", "garbage", "huge", "truncated", "lie", "stuck"),
    "pdu": (
        "hang", "offline", "slow", "late", "error", "garbage", "huge", "truncated", "frozen", "nan", "lie", "stuck",
        "unauthorised",
    ),
    "http": (*_HTTP, "offline", "nan", "lie", "unauthorised"),
    "smtp": ("hang", "offline", "refuse", "reset", "slow", "error", "frozen", "lie", "rate_limit", "unauthorised"),
    "telegram": (*_HTTP, "offline", "rate_limit", "unauthorised"),
    "sms": (*_HTTP, "offline", "rate_limit", "unauthorised"),
    "webhook": (*_HTTP, "offline", "redirect", "rate_limit", "unauthorised"),
    "watcher": (*_HTTP, "offline", "rate_limit"),
    "fan": ("lie", "offline", "stuck"),
    "miner": ("late", "lie", "stuck"),
    "outlet": ("lie", "stuck"),
}  # fmt: skip
"""By the beginning of the name, up to its `-` or `:`; a miner behind an HTTP load knows the faults of `http` too."""

UNITS = {"slow": "s", "late": "s", "rate_limit": "s", "stale": "s", "unplugged": "sensor number"}
"""Faults with a value, and what it is."""


def kinds_of(device: str) -> tuple[str, ...]:
    """The faults that a device knows."""
    return TABLE.get(device.partition(":")[0].partition("-")[0], ())


def told(devices: Iterable[str], parts: Iterable[str], active: dict[str, float | str]) -> dict[str, Any]:
    """For the control port: the faults of each device and part, the values some take, and those in force."""
    names = (*sorted(devices), *sorted(parts, key=_in_order))
    return {"devices": {name: kinds_of(name) for name in names}, "units": UNITS, "active": active}


def _in_order(part: str) -> tuple[str, str, int, str]:
    kind, _, name = part.partition(":")
    pdu, _, number = name.rpartition("/")
    return kind, pdu, int(number) if number.isdigit() else 0, number
