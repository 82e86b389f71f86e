"""What a second machine calls alive and what silent: by the page, by the broker, by both."""

from services.cli.sight import PageWord, Sight, described
from services.shared.bus import Arrival, Foreign
from tests.unit.notifier.test_heartbeat import state
from tests.unit.notifier.words import at

SILENCE_S = 300.0
WELL, HALF, AWAY = PageWord(True, True), PageWord(True, False, "the controller is silent"), PageWord(False, None, "no answer")


def sight(*, page: bool = True, broker: bool = False) -> Sight:
    return Sight("iowa", SILENCE_S, at(0), page=page, broker=broker)


def says(one: Sight, mono_s: float, *, connected: bool = False) -> tuple[bool, str]:
    verdict = one.look(at(mono_s), broker_connected=connected)
    return verdict.alive, verdict.words


def hear(one: Sight, decided_s: float, mono_s: float, *, boot: str = "b", first: bool = False, retained: bool = False) -> None:
    one.take_state(state(decided_s).model_copy(update={"boot": boot}), Arrival(mono_s, retained, first), at(mono_s))


def ping(one: Sight, service: str, mono_s: float) -> None:
    one.take_ping(Foreign(f"mine/1/iowa/ping/{service}-123", b"", mono_s, False, False))


def test_a_page_that_answers_with_a_controller_that_decides_is_a_living_site() -> None:
    one = sight()
    one.take_page(WELL, at(10))
    assert says(one, 309) == (True, "alive: the page answers")
    one.take_page(WELL, at(309))
    assert says(one, 600)[0]


def test_a_page_that_is_away_for_the_silence_is_an_emergency_and_its_return_ends_it() -> None:
    one = sight()
    one.take_page(WELL, at(10))
    one.take_page(AWAY, at(40))
    assert says(one, 309) == (True, "alive: the page does not answer")
    alive, words = says(one, 310)
    assert (alive, words) == (
        False, "SILENT: nothing was heard of iowa since 2027-01-15T08:00:10Z: the page does not answer",
    )  # fmt: skip
    one.take_page(WELL, at(500))
    assert says(one, 501) == (True, "alive: the page answers")


def test_a_controller_that_stands_still_behind_a_page_that_answers_is_silence_and_named_so() -> None:
    one = sight()
    one.take_page(WELL, at(10))
    one.take_page(HALF, at(100))
    alive, words = says(one, 310)
    assert not alive
    assert words == (
        "SILENT: iowa answers, but its controller has not been seen to decide since 2027-01-15T08:00:10Z: "
        "the page answers, the controller is silent"
    )


def test_one_of_two_ways_is_enough_and_the_lost_one_is_seen() -> None:
    one = sight(broker=True)
    for second in range(0, 1000, 10):
        one.take_page(AWAY, at(second))
        hear(one, second, second, first=second == 0)
        ping(one, "controller", second)
    assert says(one, 1000, connected=True) == (True, "alive: the page does not answer, the broker answers")
    assert says(one, 1200) == (True, "alive: the page does not answer, the broker does not answer")
    assert not says(one, 1290)[0]


def test_a_state_that_was_kept_or_repeats_the_same_decision_is_no_sign_of_life() -> None:
    one = sight(page=False, broker=True)
    hear(one, 50, 1, first=True)
    hear(one, 51, 2, retained=True)
    for second in range(3, 300):
        hear(one, 51, second)
    assert not one.heard
    ping(one, "api", 299)
    ping(one, "cli", 299)
    alive, words = says(one, 300, connected=True)
    assert not alive
    assert "iowa answers, but its controller has not been seen to decide" in words
    hear(one, 1, 301, boot="another")
    assert says(one, 302, connected=True)[0]


def test_a_ping_of_a_program_that_is_no_service_is_none() -> None:
    one = sight(page=False, broker=True)
    ping(one, "cli", 10)
    assert says(one, 20, connected=True) == (True, "not heard yet: the broker answers, no service pings")


def test_a_line_says_when_what_why_and_how_long_ago() -> None:
    one = sight()
    one.take_page(AWAY, at(1))
    line = described(one.look(at(400), broker_connected=False), at(400), one.last_alive)
    assert line.startswith("2027-01-15T08:06:40Z SILENT: nothing was heard of iowa since 2027-01-15T08:00:00Z")
    assert line.endswith("(no answer); 6 min 40 s ago")
