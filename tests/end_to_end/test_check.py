"""`mine check` beside the running site: what each device's own fault is told as, with what to do; and that well is well again."""

import json
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.end_to_end.whole_site import ROOT, WholeSite
from tests.waiting import wait

pytestmark = pytest.mark.timeout(240)
FAULTS = {
    "signal": ("html", "utility", "another page", "must_contain"),
    "roomalert-1": ("hang", "roomalert-1", "no answer within 5 s", "switched on"),
    "iotawatt-1": ("garbage", "iotawatt-1", "", "is this the device"),
    "foreman": ("unauthorised", "foreman", "refuses the API key or client id", "api_key and client_id of [FOREMAN]"),
    "pdu-1": ("offline", "pdu-1", "no answer to 3 x 2 s", "community_read of [PDU]"),
    "relay-1": ("hang", "relay-1", "no answer within 2 s", "few connections"),
    "sms": ("unauthorised", "sms", "Twilio refuses", "sms_... keys of [NOTIFICATIONS]"),
}


def mine(site: WholeSite, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.cli.main", "check", *arguments]
    return subprocess.run(command, env=site.env, cwd=ROOT, capture_output=True, text=True, timeout=150, check=False)


def found(site: WholeSite) -> tuple[int, dict[str, dict[str, Any]]]:
    done = mine(site, "--json")
    assert done.stdout, done.stderr
    return done.returncode, {row["name"]: row for row in json.loads(done.stdout)["rows"]}


def test_every_device_and_channel_is_told_well_or_with_its_fault_and_what_to_do(whole_site, subtests):
    site = whole_site().start().settled()
    with subtests.test("all is well, by polls that began after the question"):
        began = time.monotonic()
        code, rows = found(site)
        assert code == 0, rows
        devices = [row for row in rows.values() if row["part"] == "device"]
        assert {row["name"] for row in devices} == {"utility", "roomalert-1", "iotawatt-1", "foreman", "pdu-1", "relay-1"}
        assert {row["verdict"] for row in devices} == {"ok"}
        assert all(row["age_s"] < time.monotonic() - began for row in devices)
        assert rows["foreman"]["words"] == "20 miners" and rows["relay-1"]["words"] == "9 relays"
        assert rows["pdu-1"]["words"].startswith("20 outlets, ") and rows["utility"]["words"] == "level normal"
        assert [rows[name]["verdict"] for name in ("telegram", "email", "sms", "webhook")] == ["ok"] * 4
        assert rows["drills"]["words"].startswith("never drilled: foreman")
    for device, (kind, *_) in FAULTS.items():
        site.tell("fault", device=device, kind=kind)
    code, rows = found(site)
    assert code == 1
    for name, (_, row, words, hint) in FAULTS.items():
        with subtests.test(f"{name} is told with what to do"):
            assert rows[row]["verdict"] == "fault", rows[row]
            assert words in rows[row]["words"] and hint in rows[row]["hint"], rows[row]
    with subtests.test("for people the worst is last, and named once more"):
        done = mine(site)
        assert done.returncode == 1
        assert done.stdout.splitlines()[-1].startswith("NOT WELL: utility, roomalert-1, iotawatt-1, foreman, pdu-1, relay-1, sms")
    with subtests.test("and well again when they are over"):
        site.clear_faults()
        wait(lambda: found(site)[0] == 0, 120, "all is well again")


def test_what_nobody_reads_or_tells_is_not_well(whole_site, subtests):
    site = whole_site().start().settled()
    site.send("collector", signal.SIGKILL)
    site.send("notifier", signal.SIGKILL)
    wait(lambda: site.status()["services"]["collector"] == "offline", 30, "the broker tells it")
    code, rows = found(site)
    assert code == 1
    with subtests.test("the collector's devices are read by nobody"):
        assert (rows["roomalert-1"]["verdict"], rows["collector"]["verdict"]) == ("unknown", "fault")
        assert rows["roomalert-1"]["words"].startswith("not read: the collector is offline")
        assert rows["pdu-1"]["verdict"] == "ok"
    with subtests.test("of no channel anything is known"):
        row = next(row for row in rows.values() if row["part"] == "channel")
        assert (row["verdict"], row["words"]) == ("fault", "the notifier is silent: nothing is known of any channel")


def test_a_configuration_that_is_wrong_ends_it_before_anybody_is_asked(whole_site):
    site = whole_site()
    site.config.write_text(site.config.read_text() + "\n[FANS]\ncount = many\n")
    assert mine(site).returncode == 2
    assert mine(site, "--config-only").returncode == 2
