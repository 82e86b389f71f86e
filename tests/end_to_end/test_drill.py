"""A drill as the operator does it: the command, the running services, the simulated device, the proof."""

import os
import subprocess
import sys

from tests.end_to_end.whole_site import ROOT


def mine(site, *arguments):
    """The command beside a running site."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "MINE_CONFIG": str(site.config), "MINE_DATA_FOLDER": str(site.folder / "data"),
           "MINE_API_PORT": str(site.page_port), "MINE_API_DEBUG_PORT": str(site.debug_port)}  # fmt: skip
    command = [sys.executable, "-m", "services.cli.main", *arguments]
    return subprocess.run(command, check=False, env=env, capture_output=True, text=True, timeout=90)


def test_a_pdu_is_drilled_proven_and_listed_with_its_date(whole_site):
    site = whole_site().start().settled()
    before = mine(site, "drill")
    assert before.returncode == 0 and "pdu-1: never drilled" in before.stdout, before.stderr
    done = mine(site, "drill", "pdu-1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pdu-1: proven on" in done.stdout and "of pdu-1 opened" in done.stdout
    assert "pdu-1: proven on" in mine(site, "drill").stdout
    refused = mine(site, "drill", "pdu-9")
    assert refused.returncode == 2 and "allowed: foreman, pdu-1, relay-1" in refused.stderr
