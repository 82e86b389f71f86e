"""A Room Alert's page, read without a connection: the quirks of its firmwares."""

import json

import pytest

from services.collector.drivers.room_alert_json import Page, parse
from services.shared.device import Nonsense


def port(**changes: object) -> dict[str, object]:
    return {"lab": "Cold aisle", "tf": "75.09", "tc": "23.94", "t": 38, "en": 1, "h": "54.50"} | changes


def page(*sensors: dict[str, object], **more: object) -> Page:
    return parse(json.dumps({"sensor": list(sensors), **more}).encode(), headless=False)


def values(found: Page) -> dict[str, float | None]:
    return {one.quantity: one.value for one in found.measured}


def test_internals_whose_numbers_are_texts_are_read_like_the_others() -> None:
    power = {"lab": "Power Sensor", "t": "power", "stat": 1, "ala": 1}
    analog = {"lab": "Analog", "volts": "2.04", "t": "65", "en": "1"}
    found = page(port(), internal_sen=[port(t="38", en="1", tc=" 21.50"), analog, power])
    assert values(found) == {"internal-1": 21.5, "internal-1-humidity": 54.5, "sensor-1": 23.94, "sensor-1-humidity": 54.5}


def test_a_wireless_unit_is_named_by_its_place() -> None:
    assert values(page(wireless_sen=[port(), port(en=0, t=0, tc="0.00")]))["wireless-1"] == 23.94


def test_a_duplicate_key_does_not_spoil_the_page() -> None:
    body = b'{"sensor":[{"lab":"x","tc":"23.94","hic":"30.1","t":16,"en":1,"hic":"23.9"}]}'
    assert values(parse(body, headless=False)) == {"sensor-1": 23.94}


def test_old_firmware_with_bare_keys_and_foreign_bytes_is_read_and_texts_stay_as_they_are() -> None:
    body = b'{name:"Hall",sensor:[{label:"K\xfchl, gang: 1",tempc:"-5.25",tempf:"22.55",type:16,enabled:1}]}'
    found = parse(body, headless=True)
    assert values(found) == {"sensor-1": -5.25}
    assert found.measured[0].label == "K|hl, gang: 1"


def test_without_celsius_fahrenheit_is_converted() -> None:
    assert values(page({"label": "x", "tempf": "75.20", "type": 16, "enabled": 1})) == {"sensor-1": 24.0}


@pytest.mark.parametrize(("changes", "word"), [
    ({"en": 0}, "plugged"), ({"t": 0}, "plugged"), ({"en": None}, "plugged"), ({"tc": "nan"}, "not a number"),
    ({"tc": "inf"}, "not a number"), ({"tc": {}}, "not a number"), ({"tc": "85.01"}, "outside"), ({"tc": "-40.01"}, "outside"),
    ({"tc": "0.00", "tf": "32.00"}, "exactly 0.00"),
])  # fmt: skip
def test_a_temperature_that_cannot_be_believed_has_no_value_and_says_why(changes: dict[str, object], word: str) -> None:
    found = page(port(**changes), port())
    assert found.measured[0].value is None
    assert word in found.measured[0].reason
    assert values(found)["sensor-2"] == 23.94


def test_an_exact_zero_beside_a_cold_neighbour_is_winter() -> None:
    assert values(page(port(tc="0.00"), port(tc="1.50")))["sensor-1"] == 0.0


def test_an_exact_zero_alone_is_no_temperature() -> None:
    assert values(page(port(tc="0.00")))["sensor-1"] is None


@pytest.mark.parametrize("humidity", ["100.01", "-0.01", "nan"])
def test_impossible_humidity_is_bad_and_the_temperature_stays(humidity: str) -> None:
    assert values(page(port(h=humidity))) == {"sensor-1": 23.94, "sensor-1-humidity": None}


def test_an_element_that_is_no_object_does_not_rename_the_ports_after_it() -> None:
    assert values(parse(b'{"sensor":[null,{"tc":"23.94","t":16,"en":1}]}', headless=False)) == {"sensor-2": 23.94}


def test_a_contact_that_is_switched_off_or_says_neither_is_unknown() -> None:
    found = page(
        port(), s_sen=[{"lab": "a", "en": 0, "stat": 1}, {"lab": "b", "en": 1, "stat": 7}, {"lab": "c", "en": "1", "stat": "1"}]
    )
    assert [one.closed for one in found.contacts] == [None, None, True]
    assert all(one.reason for one in found.contacts[:2])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"sensor":1}', b'{"sensor":[{"tc":NaN}]}', b"\xff" * 9, b"[" * 90_000]
)
def test_what_is_no_page_is_nonsense(body: bytes) -> None:
    for headless in (False, True):
        with pytest.raises(Nonsense):
            parse(body, headless=headless)
