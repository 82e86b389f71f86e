"""Who may use the debug listener."""

import pytest
from starlette.datastructures import Headers

from services.api.networks import Networks, by_own_name, of_own_page


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.168.1.5", False), ("", False), ("localhost", False)],
)
def test_only_addresses_of_the_networks_come_in(host: str, allowed: bool) -> None:
    assert (host in Networks(("127.0.0.0/8", "::1/128"))) is allowed


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"host": "127.0.0.1:5000"}, True),
        ({"host": "localhost:5000", "origin": "http://localhost:5000"}, True),
        ({"host": "[::1]:5000"}, True),
        ({"host": "127.0.0.1:5000", "origin": "http://127.0.0.1:8000"}, False),
        ({"host": "127.0.0.1:5000", "origin": "null"}, False),
        ({"host": "127.0.0.1:5000", "origin": "http://["}, False),
        ({"host": "["}, False),
        ({"host": "rebound.example"}, False),
        ({}, False),
    ],
)
def test_a_page_of_another_site_is_refused(headers: dict[str, str], own: bool) -> None:
    assert (by_own_name(Headers(headers)) and of_own_page(Headers(headers))) is own
