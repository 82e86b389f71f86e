"""The broker's password lines are those of its own tool."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

from services.cli.passwords import password_line


def test_a_line_has_the_form_of_mosquitto_2() -> None:
    user, seven, iterations, salt, digest = password_line("api", "secret", b"123456789012").split("$")
    assert (user, seven, iterations, base64.b64decode(salt)) == ("api:", "7", "101", b"123456789012")
    assert len(base64.b64decode(digest)) == 64


def test_another_salt_and_another_password_give_another_line() -> None:
    lines = {password_line("a", password, salt) for password in ("x", "y") for salt in (b"1" * 12, b"2" * 12)}
    assert len(lines) == 4


def test_the_same_salt_gives_the_line_of_the_brokers_own_tool(tmp_path: Path) -> None:
    tool = shutil.which("mosquitto_passwd")
    if tool is None:
        pytest.skip("mosquitto_passwd is not installed")
    file = tmp_path / "passwords"
    subprocess.run([tool, "-c", "-b", str(file), "collector", "a pass-word"], check=True, capture_output=True)
    line = file.read_text().strip()
    assert password_line("collector", "a pass-word", base64.b64decode(line.split("$")[3])) == line


@pytest.mark.parametrize("user", ["", "a:b", "a\nb"])
def test_a_name_that_would_break_the_file_is_refused(user: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        password_line(user, "x", b"1" * 12)
