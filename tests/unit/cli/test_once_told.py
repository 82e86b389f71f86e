"""What a lone pass tells: one line for each cause, however many orders it took with it."""

import pytest

from services.cli.alone import told
from services.cli.alone.one_pass import Outcome
from services.cli.alone.seen import Seen
from services.shared.messages import DeviceHealth, Event
from services.shared.vocabulary import CommandPhase, HealthState, Mode
from tests.integration.api_running import state

NUMBER = 71


def lone(health: HealthState, *, orders: int = NUMBER) -> Outcome:
    """Foreman in this health, and orders to it that failed."""
    seen = Seen("run")
    load = state().load.model_copy(update={"proven": True})
    seen.state = state(Mode.NORMAL).model_copy(update={"load": load})
    seen.devices["foreman"] = DeviceHealth(
        device="foreman", kind="foreman", state=health, reason="connection refused", last_ok_mono_s=None, lost_since_at=None
    )
    for number in range(orders):
        seen.orders[f"run{number}"] = Event(
            subject=("controller",), ledger_seq=number, kind="command", happened_at=1.0, title=f"sleep A-{number} failed",
            device="foreman", target=f"A-{number}", act="sleep", phase=CommandPhase.FAILED, command_id=f"run{number}",
            detail="connection refused",
        )  # fmt: skip
    return Outcome(seen, (), "", in_time=True)


@pytest.mark.parametrize(("orders", "words"), [(NUMBER, "71 orders"), (1, "1 order")])
def test_a_device_that_is_gone_is_one_line_with_the_orders_that_it_took_along(orders: int, words: str) -> None:
    outcome = lone(HealthState.LOST, orders=orders)
    wrong = [line for line in told.lines(outcome) if line.startswith("Not as it must be")]
    assert wrong == [f"Not as it must be: no answer of foreman; {words} to it had no effect"]
    assert told.document(outcome)["wrong"] == [f"no answer of foreman; {words} to it had no effect"]
    assert told.code(outcome) == 1


def test_a_device_that_answers_and_refuses_is_one_line_with_some_of_the_names() -> None:
    wrong = [line for line in told.lines(lone(HealthState.OK)) if line.startswith("Not as it must be")]
    assert wrong == [
        "Not as it must be: sleep of A-0, A-1, A-2 and 68 more by foreman failed: connection refused",
    ]


def test_a_site_of_which_nobody_answers_is_unknown_and_not_normal() -> None:
    outcome = lone(HealthState.LOST)
    lines, said = list(told.lines(outcome)), told.document(outcome)
    assert lines[0].startswith("Nothing is known of the site: no device answers. No controller runs: this was one pass, alone.")
    assert not [line for line in lines if "mode normal" in line or "nothing limits" in line]
    assert (said["mode"], said["limited_by"]) == (None, None)
    assert said["reasons"] == ["nothing is known of the site: no device answers"]


def test_what_the_ledger_remembers_is_told_though_nobody_answers() -> None:
    outcome = lone(HealthState.LOST)
    assert outcome.seen.state is not None
    outcome.seen.state = outcome.seen.state.model_copy(update={"mode": Mode.EMERGENCY, "reasons": ("tripped: stop",)})
    lines = list(told.lines(outcome))
    assert lines[0].startswith("Nothing is known of the site")
    assert lines[1:3] == ["By what the ledger remembers, and by the silence, the mode is emergency.", "  tripped: stop"]
    assert told.document(outcome)["mode"] == "emergency"
