"""`make arm64`: the whole stack for arm64, under emulation where this is no such machine: healthy, one curtailment, and its end.

Not named test_…: `make test` does not find it. Where the engine, the base images or the emulation are missing it fails, and says
what to type. Other base images are named by MINE_ARM64_PYTHON_IMAGE and MINE_ARM64_MOSQUITTO_IMAGE.
"""

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.compose_stack import SERVICES, Stack, engine, stack
from tests.integration.test_compose import all_are_healthy, it_is_contained
from tests.waiting import wait

pytestmark = pytest.mark.timeout(7200)

PYTHON = os.environ.get("MINE_ARM64_PYTHON_IMAGE") or "arm64v8/python:3.13-slim"
BROKER = os.environ.get("MINE_ARM64_MOSQUITTO_IMAGE") or "arm64v8/eclipse-mosquitto:2"
ARM64 = ("--platform", "linux/arm64")
VALUES = {
    "MINE_PYTHON_IMAGE": PYTHON,
    "MINE_MOSQUITTO_IMAGE": BROKER,
    "MINE_IMAGE_TAG": "arm64",
    "MINE_SIMULATOR_SPEED": 5,
}
IMAGE = "bitcoin-mine-control:arm64"
ON_THE_PI = (*SERVICES, "backup")


def test_the_whole_stack_runs_on_arm64_and_one_curtailment_is_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE_REQUIRE_ENGINE", "1")
    it_can_be_tried()
    since = stopwatch()
    with stack(tmp_path, demo=True, over=["tests/arm64/emulated.yml"], values=values()) as running:
        since(f"built, started, all healthy ({since_first_start_s(running):.0f} s since the first container started)")
        all_are_healthy(running, (*SERVICES, "simulator"))
        all_are_arm64_and_contained(running)
        since(f"at work, {measured_kw(running, 'normal', range(40, 100)):.1f} kW measured")
        assert running.ask("simulator", "POST", "/signal", {"level": "control"})[0] == 200
        since(f"asked for control, and proven: curtailed, {measured_kw(running, 'curtailed', range(10)):.1f} kW measured")
        running.compose.stop(down=False)
        since("told to stop, all ended")
        ends = {name: running.state(name)["ExitCode"] for name in running.containers()}
        assert ends == dict.fromkeys(ends, 0)
    since("taken down")
    say_how_large(IMAGE)


def measured_kw(running: Stack, mode: str, within: range) -> float:
    """The load as soon as the site is so; one answer says both."""

    def look() -> list[float]:
        said = running.status()
        kw = said["load"]["measured_kw"] if said.get("mode") == mode else None
        return [] if kw is None or int(kw) not in within else [float(kw)]

    return float(wait(look, 900, f"{mode}, with {within} kW")[0])


def since_first_start_s(running: Stack) -> float:
    begun = min(one.attrs["State"]["StartedAt"] for one in running.containers().values())
    return (datetime.now(UTC) - datetime.fromisoformat(f"{begun[:19]}+00:00")).total_seconds()


def values() -> dict[str, object]:
    """A base image that was unpacked only, which is quicker under emulation, has no state of packages to add ssh and rsync to."""
    if docker("run", "--rm", *ARM64, PYTHON, "test", "-s", "/var/lib/dpkg/status").returncode == 0:
        return VALUES
    say(f"{PYTHON} takes no packages of Debian: built without those that take backups away")
    return {**VALUES, "MINE_AWAY_PACKAGES": ""}


def all_are_arm64_and_contained(running: Stack) -> None:
    for service in ON_THE_PI:
        code, said = running.run_in(service, "uname", "-m")
        assert (code, said.strip()) == (0, "aarch64"), f"{service}: {said}"
        it_is_contained(running.containers()[service].attrs)


def it_can_be_tried() -> None:
    """Fails with what to type."""
    with engine():
        pass
    for image in (PYTHON, BROKER):
        if docker("image", "inspect", image).returncode:
            pytest.fail(f"the image {image} is not here; type: docker pull --platform linux/arm64 {image}", pytrace=False)
        ran = docker("run", "--rm", *ARM64, image, "uname", "-m")
        if ran.stdout.strip() != b"aarch64":
            why = ran.stderr.decode("utf-8", "replace").strip()[-200:]
            pytest.fail(f"{image} does not run here ({why}): sudo apt-get install qemu-user-static binfmt-support", pytrace=False)


def stopwatch() -> Callable[[str], None]:
    last_s = time.monotonic()

    def since(what: str) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        say(f"{what}: {now_s - last_s:.0f} s")
        last_s = now_s

    return since


def say(what: str) -> None:
    sys.stdout.write(f"\narm64: {what}\n")
    sys.stdout.flush()


def say_how_large(image: str) -> None:
    size = int(docker("image", "inspect", "--format", "{{.Size}}", image).stdout)
    packed = len(gzip.compress(docker("save", image).stdout, compresslevel=6))
    say(f"{image} is {size / 1e6:.0f} MB, {packed / 1e6:.0f} MB compressed")


def docker(*words: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["docker", *words], capture_output=True, check=False)
