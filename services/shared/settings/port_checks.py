"""No two services of a site may listen on one port: the second of them would end again and again, and nobody controls then."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.shared.settings.places import wrong
from services.shared.settings.problems import Problem
from services.shared.settings.simulator_ports import device_ports
from services.shared.settings.tree import Settings

_EVERY = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on
_HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Listener:
    """What listens, by the key of its port. `machine`: empty for this computer, else the host of another, or a container."""

    section: str
    key: str
    host: str
    port: int
    machine: str = ""
    is_udp: bool = False

    def meets(self, other: "Listener") -> bool:
        """Whether one of both could not listen."""
        mine, theirs = (one.host.replace("localhost", "127.0.0.1") for one in (self, other))
        same_place = self.machine == other.machine and (mine == theirs or mine in _EVERY or theirs in _EVERY)
        return same_place and self.port == other.port != 0 and self.is_udp == other.is_udp


def listeners(settings: Settings) -> Iterator[Listener]:
    """Every port of the site's own programs on TCP, and of its broker where that is on this computer."""
    api, ops, broker = settings.api, settings.ops, settings.broker
    yield Listener("API", "port", api.host, api.port)
    yield Listener("API", "debug_port", api.debug_host, api.debug_port)
    yield Listener("OPS", "api_port", ops.host, ops.api_port)
    for name in ("collector", "controller", "notifier"):
        at = getattr(ops, f"{name}_host")
        yield Listener("OPS", f"{name}_port", ops.host, getattr(ops, f"{name}_port"), "" if at in _HERE else at)
    if broker.host in _HERE:
        yield Listener("BROKER", "port", broker.host, broker.port)


def simulated(settings: Settings) -> Iterator[Listener]:
    """Every port of the simulated site."""
    host = settings.simulator.host
    yield Listener("SIMULATOR", "control_port", host, settings.simulator.control_port)
    for name, port in device_ports(settings):
        yield Listener("SIMULATOR", "base_port", host, port, is_udp=name.startswith("pdu-"))


def port_problems(settings: Settings) -> Iterator[Problem]:
    """One for each two keys that name one port of one address. Of a simulated site its devices count, too."""
    told: set[tuple[str, str, str, str]] = set()
    before: list[Listener] = []
    for one in (*listeners(settings), *(simulated(settings) if settings.general.demo else ())):
        for other in (other for other in before if one.meets(other)):
            pair = (other.section, other.key, one.section, one.key)
            if pair not in told:
                told.add(pair)
                yield _same(settings, other, one)
        before.append(one)


def _same(settings: Settings, first: Listener, second: Listener) -> Problem:
    """It stands at the key that was written, if only one of both was."""
    if settings.origins.get(f"{second.section}.{second.key}", "default") == "default":
        first, second = second, first
    also = f" (a device's, from {getattr(settings.simulator, first.key)} on)" if first.key == "base_port" else ""
    found = str(getattr(getattr(settings, second.section.lower()), second.key))
    allowed = f"another port than [{first.section}] {first.key}{also}: both would listen on port {first.port}"
    return wrong(settings, second.section, second.key, found, allowed)
