"""Our SNMP bytes are those of pyasn1 and pysnmp, which are read here as the other opinion; and no datagram does harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.proto import api

from services.controller.drivers import ber
from services.controller.drivers.snmp_codec import Reply, get_request, response, set_request
from services.shared.device import Nonsense

NUMBERS = st.integers(0, 2**31 - 1)
OIDS = st.builds(
    lambda first, rest: ".".join(str(n) for n in (*first, *rest)),
    st.sampled_from([(0, 39), (1, 3), (2, 5), (2, 999)]), st.lists(st.integers(0, 2**32 - 1), max_size=12),
)  # fmt: skip
MANY = st.lists(OIDS, max_size=20)
EACH_KIND = {"Integer": -5, "Counter": 2**32 - 1, "Gauge": 7, "TimeTicks": 2**31, "OctetString": "on", "IpAddress": "10.0.0.1"}


def by_the_library(kind: str, version: int, number: int, objects: list[tuple[str, object]], status: int = 0) -> bytes:
    types = api.PROTOCOL_MODULES[version]
    pdu, message = getattr(types, kind)(), types.Message()
    types.apiPDU.set_defaults(pdu)
    types.apiPDU.set_request_id(pdu, number)
    types.apiPDU.set_varbinds(pdu, objects)
    if status:
        types.apiPDU.set_error_status(pdu, status)
        types.apiPDU.set_error_index(pdu, 1)
    types.apiMessage.set_defaults(message)
    types.apiMessage.set_community(message, b"public")
    types.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


@given(st.integers(-(2**63), 2**64))
def test_a_number_is_read_back_by_the_library_and_by_us(number: int) -> None:
    assert decoder.decode(ber.integer(number)) == (univ.Integer(number), b"")
    assert ber.number_of(ber.parts(ber.integer(number))[0][1]) == number


@given(OIDS)
def test_an_object_is_written_as_the_library_writes_it_and_read_back(oid: str) -> None:
    assert ber.object_id(oid) == encoder.encode(univ.ObjectIdentifier(oid))
    assert ber.object_of(ber.parts(ber.object_id(oid))[0][1]) == oid


@given(st.sampled_from([0, 1]), st.integers(0, 2**31 - 1), MANY, NUMBERS)
def test_requests_are_those_of_the_library_byte_for_byte(version: int, number: int, oids: list[str], value: int) -> None:
    types = api.PROTOCOL_MODULES[version]
    asked = by_the_library("GetRequestPDU", version, number, [(oid, types.Null("")) for oid in oids])
    assert get_request(version, b"public", number, oids) == asked
    for oid in oids[:1]:
        told = by_the_library("SetRequestPDU", version, number, [(oid, types.Integer(value))])
        assert set_request(version, b"public", number, oid, value) == told


@pytest.mark.parametrize("version", [0, 1])
def test_every_kind_of_value_is_read_and_only_numbers_are_numbers(version: int) -> None:
    types = api.PROTOCOL_MODULES[version]
    names = {"Counter": "Counter32", "Gauge": "Gauge32"} if version else {}
    objects = [(f"1.3.6.{n}", getattr(types, names.get(k, k))(v)) for n, (k, v) in enumerate(EACH_KIND.items())]
    reply = response(by_the_library("GetResponsePDU", version, 77, objects), version)
    assert [value for _, value in reply.objects] == [-5, 2**32 - 1, 7, 2**31, None, None]
    assert (reply.number, reply.status, reply.index) == (77, 0, 0)


def test_what_came_with_version_2_is_read_there_and_refused_before() -> None:
    types = api.PROTOCOL_MODULES[1]
    for value, read in ((types.Counter64(2**64 - 1), 2**64 - 1), (types.NoSuchObject(""), None), (types.EndOfMibView(""), None)):
        data = by_the_library("GetResponsePDU", 1, 1, [("1.3.6.1", value)])
        assert response(data, 1) == Reply(1, 0, 0, (("1.3.6.1", read),))
        with pytest.raises(Nonsense):
            response(data, 0)
        with pytest.raises(Nonsense):
            response(data.replace(b"\x02\x01\x01\x04\x06public", b"\x02\x01\x00\x04\x06public"), 0)


def test_an_error_is_read_with_its_place() -> None:
    data = by_the_library("GetResponsePDU", 0, 5, [("1.3.6.1", api.PROTOCOL_MODULES[0].Null(""))], status=2)
    assert response(data, 0) == Reply(5, 2, 1, (("1.3.6.1", None),))


@given(st.binary(max_size=300))
def test_garbage_is_nonsense(data: bytes) -> None:
    with pytest.raises(Nonsense):
        response(data, 1)


@given(st.integers(0, 200), st.integers(0, 255), st.sampled_from([0, 1]))
def test_a_response_with_a_changed_byte_is_never_read_otherwise_than_by_the_library(at: int, byte: int, version: int) -> None:
    types = api.PROTOCOL_MODULES[version]
    data = bytearray(by_the_library("GetResponsePDU", version, 9, [(f"1.3.6.{n}", types.Integer(n)) for n in range(8)]))
    data[at % len(data)] = byte
    try:
        ours = response(bytes(data), version)
        message, rest = decoder.decode(bytes(data), asn1Spec=types.Message())
    except (Nonsense, PyAsn1Error):
        return  # the library is stricter in the range of some values
    pdu = types.apiMessage.get_pdu(message)
    assert not rest and isinstance(pdu, types.GetResponsePDU)
    assert (ours.number, ours.status, ours.index) == (int(pdu[0]), int(pdu[1]), int(pdu[2]))
    for (name, value), (oid, theirs) in zip(ours.objects, types.apiPDU.get_varbinds(pdu), strict=True):
        assert (name, value) == (str(oid), int(theirs) if isinstance(theirs, univ.Integer) else None)


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_response_cut_short_or_with_more_behind_it_is_nonsense(cut: int) -> None:
    data = by_the_library("GetResponsePDU", 1, 9, [(f"1.3.6.{n}", api.PROTOCOL_MODULES[1].Integer(n)) for n in range(8)])
    for wrong in (data[:cut], data + data[: cut + 1]):
        with pytest.raises(Nonsense):
            response(wrong, 1)


@pytest.mark.parametrize("wrong", ["3080", "3085", "30850000000000", "3004020101", "", "30", "0600", "30ff"])
def test_a_length_that_snmp_does_not_allow_is_nonsense(wrong: str) -> None:
    with pytest.raises(Nonsense):
        response(bytes.fromhex(wrong), 1)
