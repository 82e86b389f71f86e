"""SNMP v1 and v2c messages as bytes: requests for one device, and its responses judged.

Built on pysnmp's message types and pyasn1's BER. Whatever a datagram holds, it is a response or `Nonsense`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.proto import api

from services.shared.device import Nonsense, Refused

_ERRORS = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength", "wrongEncoding",
    "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed", "undoFailed", "authorizationError",
    "notWritable", "inconsistentName",
)  # fmt: skip
"""RFC 3416 section 3, by number."""
TOO_BIG = 1
NO_SUCH_NAME = 2
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
    types = api.PROTOCOL_MODULES[version]
    return _encoded(types, types.GetRequestPDU(), community, number, [(oid, types.Null("")) for oid in oids])


def set_request(version: int, community: bytes, number: int, oid: str, value: int) -> bytes:
    """A SET of one integer."""
    types = api.PROTOCOL_MODULES[version]
    return _encoded(types, types.SetRequestPDU(), community, number, [(oid, types.Integer(value))])


def _encoded(types: Any, pdu: Any, community: bytes, number: int, objects: list[tuple[str, Any]]) -> bytes:
    types.apiPDU.set_defaults(pdu)
    types.apiPDU.set_request_id(pdu, number)
    types.apiPDU.set_varbinds(pdu, objects)
    message = types.Message()
    types.apiMessage.set_defaults(message)
    types.apiMessage.set_community(message, community)
    types.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def response(data: bytes, version: int) -> Reply:
    """Read a datagram. Raises Nonsense for all that is no response of this version."""
    if len(data) > _LARGEST_ANSWER:
        raise Nonsense(f"an answer of {len(data)} bytes")
    types = api.PROTOCOL_MODULES[version]
    try:
        message, rest = decoder.decode(data, asn1Spec=types.Message())
        pdu = types.apiMessage.get_pdu(message)
        if rest or int(types.apiMessage.get_version(message)) != version or not isinstance(pdu, types.GetResponsePDU):
            raise ValueError("not a response of this version")
        objects = tuple((str(oid), _number(value)) for oid, value in types.apiPDU.get_varbinds(pdu))
        return Reply(int(pdu[0]), int(pdu[1]), int(pdu[2]), objects)
    except Exception:  # the BER library raises whatever the garbage leads it to
        raise Nonsense(f"an answer of {len(data)} bytes that is no SNMP response") from None


def _number(value: Any) -> int | None:
    """noSuchObject, noSuchInstance, endOfMibView and text are no number. So is what 64 bits do not hold."""
    if not isinstance(value, univ.Integer):
        return None
    number = int(value)
    return number if abs(number) < 2**64 else None
