"""A door that stands wide open is said, and stops nothing."""

from pathlib import Path

import pytest

from services.shared.settings import load


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[API]\ndebug_networks = 127.0.0.0/8, 0.0.0.0/0\n", "whoever is in 0.0.0.0/0 may stop the site"),
        ("[API]\ndebug_networks = 192.168.1.0/24\n", "whoever is in 192.168.1.0/24 may stop the site"),
        ("[API]\ncritical_networks = 0.0.0.0/0\n", "an operator may ask for anything from anywhere"),
        ("[HISTORY]\nminute_days = 3\n", "minute_days is shorter than reading_days"),
        ("[API]\ntls = yes\ntls_certificate = /nowhere/site.pem\n", "[API] tls_certificate: there is no file /nowhere/site.pem"),
        ("[BROKER]\ntls = yes\nca_file = /nowhere/ca.pem\n", "[BROKER] ca_file: there is no file /nowhere/ca.pem"),
    ],
)
def test_what_is_hardly_meant_at_the_door_is_a_warning(tmp_path: Path, text: str, words: str) -> None:
    config = tmp_path / "config.txt"
    config.write_text(text)
    assert any(words in warning for warning in load(config, env={}).warnings)


def test_the_door_as_shipped_and_in_containers_is_no_warning(tmp_path: Path) -> None:
    config = tmp_path / "config.txt"
    config.write_text("[API]\ndebug_networks = 127.0.0.0/8, ::1/128, 10.213.87.1/32\n")
    assert not [warning for warning in load(config, env={}).warnings if "networks" in warning]
