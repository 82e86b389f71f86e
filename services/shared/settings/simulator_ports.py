"""Where the simulated site's devices listen: each at its own distance from base_port."""

from collections.abc import Iterator

from services.shared.settings.tree import Settings

OFFSETS = {
    "signal": 0, "roomalert-1": 1, "iotawatt-1": 2, "foreman": 3, "relay-1": 4, "smtp": 5, "telegram": 6, "sms": 7, "webhook": 8,
    "watcher": 9,
}  # fmt: skip
"""Ports from base_port; `pdu-<n>` is at 10 + n, a further board `relay-<n>` at 60 + n, HTTP loads where loads.csv has them."""

_FIRST_PDU = 10
_FURTHER_BOARDS = 60


def port_of(name: str, base: int) -> int:
    """The port of a device; 0, any free one, without a base and for HTTP loads, which have ports of their own."""
    kind, _, number = name.rpartition("-")
    if not base or kind == "http":
        return 0
    if name in OFFSETS:
        return base + OFFSETS[name]
    return base + int(number) + (_FIRST_PDU if kind == "pdu" else _FURTHER_BOARDS)


def device_ports(settings: Settings) -> Iterator[tuple[str, int]]:
    """Each device of the simulated site with its port; none without a base. A PDU's is one of UDP."""
    base = settings.simulator.base_port
    if not base:
        return
    boards = (f"relay-{number}" for number, _ in enumerate(settings.apis.fan_relay_ip[1:], 2))
    pdus = (f"pdu-{number}" for number, _ in enumerate(settings.apis.pdu_ip, 1))
    yield from ((name, port_of(name, base)) for name in (*OFFSETS, *boards, *pdus))
