"""What the issue of this product is, end to end: the utility asks, the load comes off, and it is proven."""

import json
import signal
from itertools import pairwise

import pytest

from tests.waiting import wait

pytestmark = pytest.mark.timeout(170)


def test_the_utility_asks_all_miners_sleep_the_watts_prove_it_people_are_told_and_all_returns(whole_site):
    site = whole_site().start().settled()
    site.tell("signal", level="control")
    site.wait_mode("curtailed")
    status = site.status()
    assert site.asleep() >= 19, "all miners sleep; the meter's tolerance forgives one that is tried again"
    assert status["load"]["measured_kw"] < 5
    assert status["load"]["unknown_kw"] == 0
    assert status["signal"]["level"] == "control"
    assert any("utility signal" in reason for reason in site.get("/api/state")["state"]["reasons"])
    ways = ("telegram", "smtp", "sms", "webhook")
    kept = wait(lambda: (kept := site.sinks()) and all(map(kept.get, ways)) and kept, 30, "all told")
    # The word of the proof follows where it disturbs nobody: sooner or later, and no second call.
    told = {way: [one for one in kept[way] if "was proven off" not in str(one)] for way in ways}
    assert {name: len(messages) for name, messages in told.items()} == dict.fromkeys(ways, 1), told
    assert all("asks for control" in str(messages[0]) for messages in told.values())
    assert wait(lambda: site.rows("SELECT timestamp FROM mine_states WHERE mode = 'curtailed'"), 10)
    site.tell("signal", level="normal")
    site.wait_mode("restoring")
    assert site.open_outlets() == 0
    site.wait_mode("normal", 90)
    wait(lambda: site.hashing() == 20, 60, "every miner hashes again")
    told_modes = "SELECT title FROM events WHERE kind = 'transition' ORDER BY ledger_seq"
    as_told = ["normal", "curtailing", "curtailed", "restoring", "normal"]
    wait(lambda: [row[0].split()[-1] for row in site.rows(told_modes)][-5:] == as_told, 10, "every transition in the records")


def test_foreman_says_okay_but_no_miner_sleeps_outlets_open_and_the_alarm_names_foreman_and_the_kw(whole_site):
    site = whole_site(MINE_POWER_RESPONSE_DEADLINE_MINUTES="0.2").start().settled()
    site.tell("fault", device="foreman", kind="lie")
    site.tell("signal", level="control")
    wait(lambda: site.alarms().get("load_still_on"), 60, "the alarm")
    assert "Foreman" in site.alarms()["load_still_on"]["cause"]
    assert "kW" in site.alarms()["load_still_on"]["cause"]
    assert site.mode() == "curtailing"
    wait(lambda: site.open_outlets() == 20, 60, "every outlet is open")
    site.wait_mode("curtailed")


def test_a_protected_or_unlisted_outlet_never_moves(whole_site):
    site = whole_site(MINE_POWER_RESPONSE_DEADLINE_MINUTES="0.1")
    loads = site.folder / "loads.csv"
    lines = loads.read_text().splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",yes"
    loads.write_text("\n".join(line for n, line in enumerate(lines) if n != 2) + "\n")
    site.start().settled()
    site.tell("fault", device="foreman", kind="lie")
    site.tell("signal", level="control")
    wait(lambda: site.open_outlets() == 18, 60, "all others are open")
    site.post("/api/debug/emergency-shutdown", {})
    site.wait_mode("emergency")
    wait(lambda: len(_closed_outlets(site)) == 1, 30, "the protected one alone is closed")
    assert site.open_outlets() == 18


def test_signal_lost_and_foreman_lost_together_open_no_outlet_under_load(whole_site):
    settings = {
        "MINE_SIGNAL_UTILITY_HEARTBEAT_MINUTES": "0.1",
        "MINE_POWER_RESPONSE_DEADLINE_MINUTES": "0.1",
        "MINE_FOREMAN_LOST_MINUTES": "0.1",
    }
    site = whole_site(**settings).start().settled()
    site.tell("fault", device="foreman", kind="offline")
    site.tell("fault", device="foreman", kind="hang")
    site.tell("fault", device="signal", kind="hang")
    site.wait_mode("failsafe")
    wait(lambda: "device_lost_foreman" in site.alarms(), 60, "Foreman's loss is told")
    since = site.plant()["now_s"]
    wait(lambda: site.plant()["now_s"] > since + 400, 60, "twenty seconds beyond every wait")
    assert site.open_outlets() == 0
    assert site.status()["load"]["measured_kw"] > 50


def test_a_frozen_collector_makes_readings_stale_and_the_declared_reaction_follows(whole_site):
    site = whole_site(MINE_SIGNAL_UTILITY_HEARTBEAT_MINUTES="0.15", MINE_TEMPERATURE_STALE_SECONDS="8").start().settled()
    site.send("collector", signal.SIGSTOP)
    wait(lambda: set(fan["commanded"] for fan in site.status()["fans"]) == {"on"}, 40, "all fans on")
    site.wait_mode("failsafe")
    wait(lambda: site.asleep() == 20, 60, "the declared reaction: curtail")
    site.send("collector", signal.SIGCONT)
    site.wait_mode("normal", 90)


def test_kill_9_of_the_controller_in_the_middle_of_a_curtailment_wakes_no_miner(whole_site):
    site = whole_site().start().settled()
    site.tell("signal", level="control")
    wait(lambda: site.asleep() >= 5, 60, "some sleep")
    site.send("controller", signal.SIGKILL)
    before = site.asleep()
    site.start("controller")
    site.wait_mode("curtailed", 90)
    assert site.asleep() >= max(before, 19)
    wakes = site.rows("SELECT count(*) FROM events WHERE title LIKE 'wake %'")
    assert wakes == [(0,)]


def test_a_dead_controllers_fans_come_back_one_after_the_other(whole_site):
    four = {"MINE_FANS_COUNT": "4", "MINE_FANS_ZONES": "east, west, east, west"}
    site = whole_site(MINE_FANS_LEASE_SECONDS="10", MINE_FANS_LAG_SECONDS="1", **four).start("simulator")
    site.tell("outside", celsius=5)
    site.start("collector", "controller", "notifier", "api").settled()
    site.tell("signal", level="control")
    wait(lambda: _powered_fans(site) == 1, 90, "one of the four fans runs")
    site.send("controller", signal.SIGKILL)
    seen = []
    wait(lambda: seen.append(_powered_fans(site)) or seen[-1] == 4, 60, "all are back")
    assert max(after - before for before, after in pairwise(seen)) == 1


def test_a_broker_killed_and_restarted_empty_commands_nothing_and_loses_no_reading(whole_site, own_broker):
    site = whole_site().start().settled()
    site.tell("signal", level="control")
    site.wait_mode("curtailed")
    commands = site.rows("SELECT count(*) FROM events WHERE kind = 'command'")
    own_broker.stop()
    since = site.plant()["now_s"]
    wait(lambda: site.plant()["now_s"] > since + 160, 30, "eight seconds without a broker")
    own_broker.start()
    wait(
        lambda: site.status().get("mode") == "curtailed" and site.status()["services"]["collector"] == "online",
        60,
        "all is told again",
    )
    assert site.asleep() >= 19
    gaps = wait(lambda: _largest_gap_s(site) or None, 60, "readings of the outage in the history")
    assert gaps < 4.0, "no second of the outage is missing"
    assert site.rows("SELECT count(*) FROM events WHERE title LIKE 'wake %' OR title LIKE 'outlet%'") == [(0,)]
    assert site.rows("SELECT count(*) FROM events WHERE kind = 'command'")[0][0] >= commands[0][0]


def _powered_fans(site):
    return sum(fan["powered"] for fan in site.plant()["fans"][:4])


def _closed_outlets(site):
    groups = site.get("/api/state")["groups"]
    return [member["name"] for group in groups for member in group["members"] if member["outlet"] == "on"]


def _largest_gap_s(site):
    rows = site.rows(
        "SELECT ts_ms FROM readings JOIN sensors ON sensors.id = sensor_id"
        " WHERE device = 'iotawatt-1' AND quantity = 'voltage' ORDER BY ts_ms"
    )
    moments = [row[0] / 1000 for row in rows]
    now = site.get("/api/status")["time"]
    if not moments or json.dumps(now) == "null":
        return None
    return max((b - a for a, b in pairwise(moments)), default=None)
