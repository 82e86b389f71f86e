"""The health check of the broker's container, as docker-compose.yml has it: only a broker that says nothing is ended."""

import re
import subprocess
from pathlib import Path

import pytest

from services.shared.hung import UNWELL_IN_A_ROW
from tests.integration.small_disk import can_mount

pytestmark = pytest.mark.skipif(not can_mount(), reason="needs the right to make a namespace")

ROOT = Path(__file__).parents[2]
REFUSED, SILENT, NOT_THERE, NO_PROGRAM, LET_IN = 5, 137, 14, 127, 0
FIRST = """
sleep 300 & broker=$!
for code in $CODES; do echo "exit $code" >"$1/answer"; sh -c "$2" 2>/dev/null; echo "$?"; done
lives() { case $(cut -d " " -f 3 /proc/$broker/stat 2>/dev/null) in S|R) true;; *) false;; esac; }
for look in $(seq 20); do lives || break; sleep 0.05; done
lives && echo lives || echo ended
"""
"""As the first process of the container: it keeps a broker and asks for each answer. An ended broker has a second to go."""


def asked(folder: Path, *codes: int) -> list[str]:
    """What each look ended with, and what became of the broker. The broker's client ends with these codes."""
    (folder / "answer").write_text("exit 0")
    client = folder / "timeout"
    client.write_text(f"#!/bin/sh\n. {folder}/answer\n")
    client.chmod(0o755)
    apart = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", FIRST, "sh", str(folder), check(folder)]
    env = {"PATH": f"{folder}:/usr/bin:/bin", "CODES": " ".join(map(str, codes))}
    return subprocess.run(apart, env=env, capture_output=True, text=True, timeout=30, check=True).stdout.split()


def check(folder: Path) -> str:
    (script,) = re.findall(r"- CMD-SHELL\n +- >-\n((?: {10}.+\n)+)", (ROOT / "docker-compose.yml").read_text())
    return " ".join(script.split()).replace("$$", "$").replace("/tmp/", f"{folder}/")


def test_a_broker_that_was_well_and_says_nothing_five_times_in_a_row_is_ended(tmp_path: Path) -> None:
    silences = [SILENT] * UNWELL_IN_A_ROW
    assert asked(tmp_path, REFUSED, *silences[1:], REFUSED, *silences[1:])[-1] == "lives"
    assert asked(tmp_path, REFUSED, *silences) == ["0", *["1"] * UNWELL_IN_A_ROW, "ended"]


def test_a_broker_whose_client_says_anything_else_is_not_healthy_and_is_left_alone(tmp_path: Path) -> None:
    for code in (NOT_THERE, NO_PROGRAM, LET_IN, 1):
        assert asked(tmp_path, REFUSED, *[code] * 60) == ["0", *["1"] * 60, "lives"]


def test_a_broker_that_has_not_answered_yet_is_given_as_long_as_a_service(tmp_path: Path) -> None:
    assert asked(tmp_path, *[SILENT] * 49)[-1] == "lives"
    assert asked(tmp_path, *[SILENT] * 60)[-1] == "ended"
