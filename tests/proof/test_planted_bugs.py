"""A bug planted in one guard of the core is found by the quick check, each; the core as it is breaks nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.proof.planted import changed

CORE = Path("services/controller/core")

BUGS = {
    "the highest ceiling of a scope wins": (
        "loads",
        'room[ceiling.scope] = min(room.get(ceiling.scope, float("inf")), ceiling.kw)',
        "room[ceiling.scope] = max(room.get(ceiling.scope, 0.0), ceiling.kw)",
    ),
    "a release is not debounced": ("ramp", "state.clear_since.mono_s + limits.release_s", "state.clear_since.mono_s"),
    "the grace of a start is dropped": (
        "ramp",
        "limits.release_s, state.started.mono_s + limits.start_grace_s",
        "limits.release_s, 0.0",
    ),
    "load that came back too often does not rest": (
        "rest",
        "elapsed_s(state.load_off_since, now) >= limits.rest_s",
        "elapsed_s(state.load_off_since, now) >= 0.0",
    ),
    "stages follow at once": ("ramp", "+ limits.restore_step_s +", "+ 0.0 +"),
    "all returns in one stage": ("ramp", "min(goal_kw, kept_kw + limits.restore_step_kw)", "goal_kw"),
    "a fan without watts counts as proven": (
        "fan_proof",
        'return _unproven(memory, "no fresh watts")',
        'return Judged(memory, Proof.PROVEN, "no fresh watts")',
    ),
    "watts without mains prove a fan": ("fan_proof", "if not volts_good:", "if False:"),
    "an old temperature lowers fans": (
        "fans",
        "[crew for crew in surplus if crew.bank.scope not in unread]",
        "surplus",
    ),
    "an old temperature raises load": (
        "thermal",
        "for zone in zones if not is_young(zone.read_s, limits, now)",
        "for zone in zones if zone.celsius is None",
    ),
    "an old temperature counts as fresh": (
        "zones",
        "now.mono_s - mono_s <= limits.temperature_stale_s",
        "now.mono_s - mono_s <= limits.temperature_stale_s + 1e9",
    ),
    "a trip ends when its cause is gone": ("interlocks", "return old + tuple(", "return tuple("),
    "smoke does not latch": (
        "interlocks",
        "if switch.active and switch.role in _LATCHED\n    )\n\n\ndef merge",
        "if switch.active and switch.role is SwitchRole.FLOOD\n    )\n\n\ndef merge",
    ),
    "a lock-out does not outlive a restart": (
        "stamps",
        "lockouts=tuple(replace(lock, since=on(lock.since)) for lock in state.lockouts),",
        "lockouts=(),",
    ),
    "a lock-out of an outlet is ignored": ("loads", "one.group, one.socket}", "one.group}"),
    "a lock-out of a load is ignored": ("loads", "locked & {one.name, one.group,", "locked & {one.group,"),
    "outlets open without the soft wait": (
        "escalation",
        "if waited_s >= open_s and one.load.has_outlet",
        "if one.load.has_outlet",
    ),
    "what nothing measures counts as off": ("proof", "unknown_kw += load.kw", "unknown_kw += 0.0"),
    "an old meter proves": (
        "proof",
        "seen.watts if is_fresh(seen.watts_mono_s, limits, now) else None",
        "seen.watts",
    ),
    "a miner of unknown state is woken": (
        "load_orders",
        "elif load.soft_device and seen.state is LoadState.ASLEEP:\n        yield Act.WAKE",
        "elif load.soft_device:\n        yield Act.WAKE",
    ),
    "a protected outlet is switched": ("plant", "self.outlet is not None and not self.protected", "self.outlet is not None"),
    "out of service has no end": ("sources", "now.mono_s < memory.out_until.mono_s", "now.mono_s < 1e9"),
    "a lease takes the place of another's": ("holds", "(one.kind, one.asker) == (new.kind, new.asker)", "one.kind is new.kind"),
    "a lease has no end": ("stamps", "elapsed_s(hold.began, now) >= hold.seconds", "elapsed_s(hold.began, now) >= 1e9"),
    "a silent signal counts as heard": ("ruling", "if look.now.mono_s >= lost_at_s:", "if False:"),
    "a closed contact is not heard": (
        "sources",
        "Level.CONTROL if switch.active else Level.NORMAL",
        "Level.NORMAL",
    ),
    "a forced temperature may be milder": ("zones", "if limits.demo or (judged is not None and celsius > judged):", "if True:"),
    "most fans standing still stops nothing": ("airflow", "if air.most_disproved:", "if False:"),
}


def _run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tests.proof.planted", *arguments], capture_output=True, text=True, timeout=110, check=False
    )


@pytest.mark.timeout(120)
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug):
    module, old, new = BUGS[bug]
    changed((CORE / f"{module}.py").read_text("utf-8"), old, new)
    done = _run(module, old, new)
    assert done.returncode == 1, f"not found: {bug}\n{done.stdout}{done.stderr}"
    assert "minute" in done.stdout, done.stderr


@pytest.mark.timeout(120)
def test_the_core_as_it_is_breaks_nothing():
    done = _run()
    assert done.returncode == 0, done.stdout + done.stderr
