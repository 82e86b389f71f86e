"""No password that everybody knows opens a door of ours."""

from pathlib import Path

import pytest

from services.shared.settings import SettingsError, load
from services.shared.settings.known import is_known


@pytest.mark.parametrize(
    "text",
    ["admin", "Password", "password123", "changeme", "change-me", "raspberry", "mine", "123456", "12345678901", "secret!",
     "aaaaaaaaaaaa", "admin-password", "qwertyuiop", "bitcoinmine", "<password>", "your-token-here", "replace_me",
     "TODO: a token", "mosquitto1"],
)  # fmt: skip
def test_what_everybody_knows_is_known(text: str) -> None:
    assert is_known(text)


@pytest.mark.parametrize(
    "text", ["", "four words in a row", "k3Zr-0f_9aQ1", "of-the-environment", "minerals are heavy", "passing clouds"]
)
def test_what_somebody_thought_of_is_not(text: str) -> None:
    assert not is_known(text)


@pytest.mark.parametrize(
    ("section", "key", "text"),
    [("BROKER", "password", "raspberry"), ("BROKER", "password", "changeme1"), ("OPS", "token", "admin")],
)
def test_a_known_password_stops_the_start_and_is_not_repeated(tmp_path: Path, section: str, key: str, text: str) -> None:
    file = tmp_path / "config.txt"
    file.write_text(f"[{section}]\n{key} = {text}\n")
    with pytest.raises(SettingsError) as stopped:
        load(file, env={})
    told = str(stopped.value)
    assert f"config.txt line 2: [{section}] {key}" in told
    assert "everybody knows" in told
    assert text not in told


def test_a_network_that_is_none_is_told_for_who_may_ask_too(tmp_path: Path) -> None:
    file = tmp_path / "config.txt"
    file.write_text("[API]\ncritical_networks = 192.168.1.0/24, the office\n")
    with pytest.raises(SettingsError, match=r"critical_networks: found 'the office'"):
        load(file, env={})
