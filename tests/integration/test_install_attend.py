"""The unit's process with the real engine, over containers that only sleep: what a hand or a prune has ended comes back."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.compose_stack import engine
from tests.integration.made_up_pi import ROOT, Pi
from tests.waiting import wait

pytestmark = [pytest.mark.compose, pytest.mark.timeout(120)]
STACK = """
x-any: &any {image: "eclipse-mosquitto:2", init: true, stop_grace_period: 1s}
services:
  setup: {<<: *any, command: ["true"], restart: "no", network_mode: none}
  controller:
    {<<: *any, command: [sleep, "1000"], restart: unless-stopped, networks: [bus],
     depends_on: {setup: {condition: service_completed_successfully}}}
  api: {<<: *any, command: [sleep, "1000"], restart: unless-stopped, networks: [bus]}
networks: {bus: {internal: true}}
"""


class Attended(Pi):
    """A site whose release is that stack."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.project = f"mine-test-{secrets.token_hex(4)}"
        self.release_folder = self.site / "releases/1.0"
        shutil.copytree(ROOT / "scripts/install", self.release_folder / "scripts/install")
        (self.release_folder / "scripts/install/site.yml").write_text("services: {}\n")
        (self.release_folder / "docker-compose.yml").write_text(STACK)
        (self.release_folder / "release.env").touch()
        (self.site / "site.env").write_text(f"COMPOSE_PROJECT_NAME={self.project}\n")
        self.said = folder / "said"

    @contextlib.contextmanager
    def unit(self) -> Iterator["subprocess.Popen[bytes]"]:
        """The process that systemd would keep; told to end at the end."""
        with self.said.open("ab") as said:
            command = [str(self.release_folder / "scripts/install/attend"), "1"]
            unit = subprocess.Popen(command, env=self.env(), stdout=said, stderr=said, start_new_session=True)
        try:
            yield unit
            unit.send_signal(signal.SIGTERM)
            assert unit.wait(30) == 0, self.said.read_text()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(unit.pid, signal.SIGKILL)  # as systemd ends what is left
            unit.wait()

    def docker(self, *words: str) -> list[str]:
        return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout.split()

    def running(self) -> set[str]:
        label = f"label=com.docker.compose.project={self.project}"
        return set(self.docker("ps", "--filter", label, "--format", '{{.Label "com.docker.compose.service"}}'))

    def compose(self, *words: str) -> None:
        command = [str(self.release_folder / "scripts/install/compose"), *words]
        subprocess.run(command, env=self.env(), capture_output=True, check=True, timeout=60)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Attended]:
    with engine():
        made = Attended(tmp_path)
        try:
            yield made
        finally:
            made.compose("down", "--timeout", "1", "--remove-orphans")


def test_a_controller_that_a_hand_has_ended_comes_back_and_a_stop_of_the_unit_lasts(site: Attended) -> None:
    both = {"controller", "api"}
    with site.unit():
        wait(lambda: site.running() == both, 30, "both run")
        for words in (("kill",), ("stop", "--time", "1"), ("rm", "--force")):
            site.docker(*words, f"{site.project}-controller-1")
            wait(lambda: site.running() == both, 20, f"back after docker {words[0]}")
        ended = site.docker("inspect", "--format", "{{.State.StartedAt}}", f"{site.project}-setup-1")
    assert site.running() == set()
    assert site.docker("inspect", "--format", "{{.State.StartedAt}}", f"{site.project}-setup-1") == ended
    assert "controller was ended, and not by itself" in site.said.read_text()
    assert b"\x1b" not in site.said.read_bytes()


def test_a_site_whose_networks_were_pruned_while_it_stood_still_starts_again(site: Attended) -> None:
    with site.unit():
        wait(lambda: site.running() == {"controller", "api"}, 30, "both run")
    site.docker("network", "rm", f"{site.project}_bus")  # what a prune does, without the other projects' networks
    with site.unit():
        wait(lambda: site.running() == {"controller", "api"}, 30, "both run again")
    assert "network is gone" in site.said.read_text()


def test_what_runs_is_taken_over_as_it_is(site: Attended) -> None:
    site.compose("up", "--detach")
    before = site.docker("ps", "--quiet", "--filter", f"label=com.docker.compose.project={site.project}")
    with site.unit() as unit:
        wait(lambda: "Attaching" in site.said.read_text() or unit.poll() is not None, 30, "attached")
        assert site.docker("ps", "--quiet", "--filter", f"label=com.docker.compose.project={site.project}") == before
