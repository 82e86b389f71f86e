"""SNMP v1 and v2c messages as bytes: requests for one device, and its responses judged.

The shapes are those of RFC 1157 section 4 and RFC 3416 section 3. Whatever a datagram holds, it is a response or `Nonsense`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.controller.drivers import ber
from services.shared.device import Nonsense, Refused

_ERRORS = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength", "wrongEncoding",
    "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed", "undoFailed", "authorizationError",
    "notWritable", "inconsistentName",
)  # fmt: skip
"""RFC 3416 section 3, by number."""
TOO_BIG = 1
NO_SUCH_NAME = 2
_GET, _RESPONSE, _SET = 0xA0, 0xA2, 0xA3
_UNSIGNED = {0x41, 0x42, 0x43, 0x46}
"""Counter32, Gauge32, TimeTicks, Counter64 (RFC 2578 section 7.1)."""
_OF_V1 = {ber.INTEGER, ber.TEXT, ber.NULL, ber.OBJECT, 0x40, 0x41, 0x42, 0x43, 0x44}
_OF_V2C = _OF_V1 | {0x46, 0x80, 0x81, 0x82}
"""Counter64, noSuchObject, noSuchInstance and endOfMibView came with version 2 (RFC 3416 section 3)."""
_LARGEST_ANSWER = 16_384


class SnmpError(Refused):
    """The device answered with an error status (RFC 3416)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"SNMP error {_error_name(status)}({status})")


def _error_name(status: int) -> str:
    return _ERRORS[status] if 0 <= status < len(_ERRORS) else "unknown"


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: to which request, its error status and index, and the integers it holds (None: no number there)."""

    number: int
    status: int
    index: int
    objects: tuple[tuple[str, int | None], ...]

    def text(self) -> str:
        """For people: each object with its value; never the community."""
        status = f"{_error_name(self.status)}({self.status}), index {self.index}"
        return "\n".join((status, *(f"{oid} = {'no number' if value is None else value}" for oid, value in self.objects)))

    def values(self, asked: Sequence[str]) -> dict[str, int | None]:
        """The integers of the objects asked for. Raises SnmpError, and Nonsense when it answers something else."""
        if self.status:
            raise SnmpError(self.status)
        if [oid for oid, _ in self.objects] != list(asked):
            raise Nonsense("the answer holds other objects than were asked for")
        return dict(self.objects)


def get_request(version: int, community: bytes, number: int, oids: Sequence[str]) -> bytes:
    """A GET. `version` is that of the wire: 0 for v1, 1 for v2c."""
    objects = [ber.packed(ber.SEQUENCE, ber.object_id(oid), ber.packed(ber.NULL)) for oid in oids]
    return _request(_GET, version, community, number, objects)


def set_request(version: int, community: bytes, number: int, oid: str, value: int) -> bytes:
    """A SET of one integer."""
    return _request(_SET, version, community, number, [ber.packed(ber.SEQUENCE, ber.object_id(oid), ber.integer(value))])


def _request(kind: int, version: int, community: bytes, number: int, objects: list[bytes]) -> bytes:
    pdu = ber.packed(kind, ber.integer(number), ber.integer(0), ber.integer(0), ber.packed(ber.SEQUENCE, *objects))
    return ber.packed(ber.SEQUENCE, ber.integer(version), ber.packed(ber.TEXT, community), pdu)


def response(data: bytes, version: int) -> Reply:
    """Read a datagram. Raises Nonsense for all that is no response of this version."""
    if len(data) > _LARGEST_ANSWER:
        raise Nonsense(f"an answer of {len(data)} bytes")
    try:
        return _reply(data, version)
    except ValueError:
        raise Nonsense(f"an answer of {len(data)} bytes that is no SNMP response") from None


def _reply(data: bytes, version: int) -> Reply:
    (message,) = _parts(data, ber.SEQUENCE)
    of_version, _, pdu = _parts(message, ber.INTEGER, ber.TEXT, _RESPONSE)
    if ber.number_of(of_version) != version:
        raise ValueError("another version")
    number, status, index, objects = _parts(pdu, ber.INTEGER, ber.INTEGER, ber.INTEGER, ber.SEQUENCE)
    found = tuple(_object(tag, content, version) for tag, content in ber.parts(objects))
    return Reply(ber.number_of(number), ber.number_of(status), ber.number_of(index), found)


def _parts(data: bytes, *tags: int) -> list[bytes]:
    found = ber.parts(data)
    if tuple(tag for tag, _ in found) != tags:
        raise ValueError("another shape")
    return [content for _, content in found]


def _object(tag: int, content: bytes, version: int) -> tuple[str, int | None]:
    (named, name), (kind, value) = ber.parts(content)
    if (tag, named) != (ber.SEQUENCE, ber.OBJECT) or kind not in (_OF_V2C if version else _OF_V1):
        raise ValueError("another shape")
    return ber.object_of(name), _number(kind, value)


def _number(kind: int, content: bytes) -> int | None:
    """noSuchObject, noSuchInstance, endOfMibView and text are no number. So is what 64 bits do not hold."""
    if kind != ber.INTEGER and kind not in _UNSIGNED:
        return None
    number = ber.number_of(content)
    if number < 0 and kind in _UNSIGNED:
        raise ValueError("a count below zero")
    return number if abs(number) < 2**64 else None
