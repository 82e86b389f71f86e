"""What `mine why` says: a value that was not recorded is left out, and what was not read then is not told as of then."""

from services.cli.local_time import clock
from services.cli.why import _command, _input, _load, _signal

UTC = clock("UTC")
AT = "2026-09-21T14:13:00+00:00"


def test_a_load_is_told_with_what_was_recorded_alone() -> None:
    whole = {"measured_kw": 3.5, "target_kw": 0.0, "unknown_kw": 12.0, "as_of": AT}
    assert _load(whole, UTC) == "3.5 kW on, 0.0 kW target, 12.0 kW unknown, as recorded at 2026-09-21 14:13 UTC"
    bare = {"measured_kw": None, "target_kw": None, "unknown_kw": 12.0, "as_of": None}
    assert _load(bare, UTC) == "not measured, 12.0 kW unknown"


def test_the_commands_are_told_with_what_came_of_them() -> None:
    ends = {"sent": 9, "acknowledged": 9, "confirmed": 8, "confirmed_later": 3, "failed": 1, "confirmed_within_s": 8.0}
    one = {"device": "foreman", "act": "sleep", "first_at": AT, "last_failure": "m-1 expired: no answer", **ends}
    assert _command(one, UTC) == (
        "sleep by foreman, 9 sent from 2026-09-21 14:13 UTC, 9 acknowledged, 8 confirmed"
        " (3 of them after that moment, the slowest 8 s after it was sent); 1 failed, the last: m-1 expired: no answer"
    )


def test_an_input_that_was_not_read_at_that_moment_says_when_it_was_last() -> None:
    one = {"kind": "contact", "name": "smoke", "value": "not active", "unit": "", "age_s": 2.0, "age_then_s": 2.4}
    assert _input({**one, "last_read_s": None}) == "contact smoke: not active, 2 s old"
    assert _input({**one, "last_read_s": 135.0}) == (
        "contact smoke: not active, last read 2 min 15 s before; not read at that moment"
    )


def test_an_input_is_told_as_old_as_it_was_at_the_moment_that_was_asked_for() -> None:
    one = {"kind": "contact", "name": "smoke", "value": "not active", "unit": "", "last_read_s": None}
    assert _input({**one, "age_s": 0.0, "age_then_s": 58.3}) == (
        "contact smoke: not active, 58 s old at that moment, under 1 s at the decision"
    )
    assert _input({**one, "age_s": 0.4, "age_then_s": 0.4}) == "contact smoke: not active, under 1 s old"
    assert _input({**one, "age_s": 3.0, "age_then_s": None}) == "contact smoke: not active, 3 s old"
    assert _input({**one, "age_s": None, "age_then_s": None}) == "contact smoke: not active, never heard"


def test_a_signal_is_told_as_old_as_it_was_at_the_moment_and_at_the_decision() -> None:
    one = {"source": "utility", "level": "control", **dict.fromkeys(("target_kw", "event_id", "start", "end"))}
    assert _signal({**one, "age_s": 0.4, "age_then_s": 3720.4}, UTC) == (
        "utility: control, heard 1 h 2 min before that moment, under 1 s before the decision"
    )
    assert _signal({**one, "age_s": 2.0, "age_then_s": 2.0}, UTC) == "utility: control, heard 2 s before the decision"
