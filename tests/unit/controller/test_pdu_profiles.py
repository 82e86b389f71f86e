"""The OID table of the PDU makes, held against the makers' MIBs word by word."""

import pytest

from services.controller.drivers.pdu_profiles import PROFILES, named

_E = "1.3.6.1.4.1."
AS_IN_THE_MIBS = {
    "apc_rpdu2": ("318.1.1.26.9.2.4.1.5.7", 1, 2, "318.1.1.26.9.2.3.1.5.7", 2, 1),
    "apc_rpdu": ("318.1.1.12.3.3.1.1.4.7", 1, 2, "318.1.1.12.3.5.1.1.4.7", 1, 2),
    "raritan": ("13742.6.4.1.2.1.2.1.7", 1, 0, "13742.6.4.1.2.1.3.1.7", 7, 8),
    "sentry4": ("1718.4.1.8.5.1.2.1.1.7", 1, 2, "1718.4.1.8.3.1.1.1.1.7", 1, 0),
    "geist": ("21239.5.2.3.5.1.6.7", 2, 4, "21239.5.2.3.5.1.4.7", 1, 2),
    "cyberpower": ("3808.1.1.3.3.3.1.1.4.7", 1, 2, "3808.1.1.3.3.3.1.1.4.7", 1, 2),
}


@pytest.mark.parametrize("make", AS_IN_THE_MIBS)
def test_every_make_is_written_and_read_in_its_own_words(make: str) -> None:
    p = named(make)
    found = (p.at(p.write_oid, 7), p.on_value, p.off_value, p.at(p.read_oid, 7), p.read_on, p.read_off)
    write_oid, on, off, read_oid, reads_on, reads_off = AS_IN_THE_MIBS[make]
    assert found == (_E + write_oid, on, off, _E + read_oid, reads_on, reads_off)


def test_the_table_holds_these_makes_and_no_other() -> None:
    assert set(PROFILES) == set(AS_IN_THE_MIBS)


def test_on_generation_2_the_words_for_closed_differ_between_writing_and_reading() -> None:
    p = named("apc_rpdu2")
    assert (p.on_value, p.off_value) == (1, 2)
    assert (p.read_on, p.read_off) == (2, 1)


@pytest.mark.parametrize("make", PROFILES)
def test_no_make_has_one_word_for_both_states(make: str) -> None:
    p = named(make)
    assert p.on_value != p.off_value
    assert p.read_on != p.read_off


@pytest.mark.parametrize("make", PROFILES)
def test_no_make_writes_a_whole_device_command_or_a_reboot(make: str) -> None:
    p = named(make)
    assert "{outlet}" in p.write_oid
    reboot = {"apc_rpdu2": 3, "apc_rpdu": 3, "raritan": 2, "sentry4": 3, "geist": 5, "cyberpower": 3}[make]
    assert reboot not in (p.on_value, p.off_value)


def test_the_watts_of_a_raritan_outlet_carry_their_decimal_digits() -> None:
    p = named("raritan")
    assert p.watts is not None
    assert p.at(p.watts.oid, 3) == "1.3.6.1.4.1.13742.6.5.4.3.1.4.1.3.5"
    assert p.at(p.watts.digits_oid, 3) == "1.3.6.1.4.1.13742.6.3.5.4.1.7.1.3.5"


def test_the_power_of_a_generation_2_pdu_is_in_hundredths_of_a_kilowatt() -> None:
    whole = named("apc_rpdu2").device_kw
    assert whole is not None
    assert (whole.oid, 1234 * whole.scale) == ("1.3.6.1.4.1.318.1.1.26.4.3.1.5.1", pytest.approx(12.34))


def test_an_unknown_make_is_refused_by_naming_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'apc'.*apc_rpdu2, apc_rpdu, raritan, sentry4, geist, cyberpower"):
        named("apc")
