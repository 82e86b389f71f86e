"""Hosts that are written as addresses."""

import pytest

from services.shared.addresses import is_address, is_loopback


@pytest.mark.parametrize(
    ("host", "address", "loopback"),
    [
        ("127.0.0.1", True, True), ("127.9.9.9", True, True), ("::1", True, True), ("192.168.1.7", True, False),
        ("127.0.0.999", False, False), ("127.0.0.1.evil.example", False, False), ("localhost", False, False), ("", False, False),
    ],
)  # fmt: skip
def test_only_an_address_of_this_computer_is_loopback_and_a_name_is_no_address(host: str, address: bool, loopback: bool) -> None:
    assert (is_address(host), is_loopback(host)) == (address, loopback)
